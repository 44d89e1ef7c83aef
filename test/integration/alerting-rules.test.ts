import { describeEpisodes } from "../support/alerting-episodes.ts";

describeEpisodes("rules");
