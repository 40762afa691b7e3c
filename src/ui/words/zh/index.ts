// All texts of the page in Simplified Chinese. Not for its English terms: docs/words.md says which stay.
import type { Words } from '../words.svelte';
import { backend } from './backend';
import { broken } from './broken';
import { cards } from './cards';
import { charts } from './charts';
import { choices } from './choices';
import { classroom } from './classroom';
import { code } from './code';
import { common } from './common';
import { compare } from './compare';
import { exercises } from './exercises';
import { fieldForms, fields } from './fields';
import { files } from './files';
import { gallery } from './gallery';
import { glossary } from './glossary';
import { heading } from './heading';
import { inspector } from './inspector';
import { layers } from './layers';
import { network } from './network';
import { labReport } from './lab-report';
import { lecture } from './lecture';
import { lesson } from './lesson';
import { own } from './own';
import { plan } from './plan';
import { presets } from './presets';
import { offline } from './offline';
import { problems } from './problems';
import { race } from './race';
import { recorded } from './recorded';
import { runs } from './runs';
import { shelf } from './shelf';
import { slow } from './slow';
import { threes } from './threes';
import { specs } from './specs';
import { stepNames } from './step-names';
import { steps } from './steps';
import { trainings } from './trainings';
import { view } from './view';

export const chinese: Words = {
  backend,
  broken,
  cards,
  charts,
  choices,
  classroom,
  code,
  common,
  compare,
  exercises,
  fieldForms,
  fields,
  files,
  gallery,
  glossary,
  heading,
  inspector,
  layers,
  network,
  labReport,
  lecture,
  lesson,
  own,
  plan,
  presets,
  offline,
  problems,
  race,
  recorded,
  runs,
  shelf,
  slow,
  threes,
  specs,
  stepNames,
  steps,
  trainings,
  view,
};
