import { describeMoments } from "../support/alerting-moments.ts";

describeMoments("push");
