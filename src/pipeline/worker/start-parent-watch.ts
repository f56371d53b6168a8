import { watchParent } from './parent-watch.js';

// Imported first by the entries of processes: one that hangs while the rest loads ends with its parent, too.
watchParent();
