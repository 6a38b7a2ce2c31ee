/**
 * The path of the page that is shown, for whatever on it links to another one.
 */
import { createContext } from "preact";

/** Below the site's root, without `.html`: `models/fleecing`. */
export const PagePath = createContext("index");
