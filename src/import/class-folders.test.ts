import { expect, it } from 'vitest';
import { classFolders } from './class-folders';

it('takes the folder that a picture lies in for its class, within a root or without one', () => {
  const wanted = { classes: ['cat', 'dog'], refused: [] };
  expect(classFolders(['dog/1.png', 'cat/1.png', 'cat/2.jpg'])).toMatchObject(wanted);
  expect(classFolders(['pets/dog/1.png', 'pets/cat/1.png'])).toEqual({
    ...wanted,
    pictures: [
      { path: 'pets/dog/1.png', label: 1 },
      { path: 'pets/cat/1.png', label: 0 },
    ],
  });
  // Sets that were parted already are one set here.
  expect(classFolders(['train/cat/1.png', 'test/cat/2.png', 'train/dog/1.png'])).toMatchObject(wanted);
});

it('passes over what systems put there, and names what lies in no class', () => {
  const paths = ['p/cat/1.png', 'p/dog/1.png', 'p/.DS_Store', '__MACOSX/p/cat/._1.png', 'p/dog/Thumbs.db', 'p/x.png'];
  expect(classFolders(paths)).toMatchObject({
    classes: ['cat', 'dog'],
    refused: [{ path: 'p/x.png', why: 'it lies in no folder that would name its class' }],
  });
});

it('says why there is no set', () => {
  expect(classFolders([])).toBe('no pictures in class folders are in it');
  expect(classFolders(['a/1.png', 'a/b/1.png'])).toBe(
    'all pictures lie in one folder, "b", and each class needs its own',
  );
  const folders = Array.from({ length: 101 }, (_, i) => `${i}/1.png`);
  expect(classFolders(folders)).toBe('it has 101 class folders; 100 are the most');
  const many = Array.from({ length: 20_001 }, (_, i) => `${i % 2}/${i}.png`);
  expect(classFolders(many)).toBe('it has 20,001 files; 20,000 are the most');
});
