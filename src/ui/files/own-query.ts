// What a page's address says of a visitor's own files: their names, since it cannot hold more. Not for recipes: src/recipe.
import type { Own } from '../../project/types';

const NETWORK = 'own-network';
const IMAGES = 'own-images';
/** Of a name that is shown. */
const LONGEST = 60;

/** '?own-network=weights.pt&own-images=pets.zip'; empty where all is the page's own. */
export function ownQuery({ network, images }: Own): string {
  const query = new URLSearchParams();
  if (network) query.set(NETWORK, network.name);
  if (images) query.set(IMAGES, images.name);
  return query.size > 0 ? `?${String(query)}` : '';
}

/** Names of the files that an address asks for. */
export function wantedOf(query: string): string[] {
  const given = new URLSearchParams(query);
  return [NETWORK, IMAGES].flatMap((name) => given.get(name)?.slice(0, LONGEST) || []);
}
