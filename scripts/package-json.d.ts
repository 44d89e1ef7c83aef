// The build keeps package.json out of dist: the compiler would otherwise move dist/main.js one folder down.
declare module "*/package.json" {
  const packageJson: { readonly version: string };
  // biome-ignore lint/style/noDefaultExport: an import of JSON has a default export and no other
  export default packageJson;
}
