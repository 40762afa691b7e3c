// The worker that keeps runs for later visits: the shelf behind the typed boundary. What is long to write, to check or to hash
// is none of the page's thread.
import { RunShelf } from '../shelf/shelf';
import { exposeAlive } from './alive';
import type { ShelfApi } from './api';
import './errors';

const shelf: ShelfApi = new RunShelf();
exposeAlive(shelf);
