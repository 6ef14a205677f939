/**
 * The same random values in every run, so that what is red on one machine is red on the next. `SEED=new` draws others
 * (fast-check prints the seed of what fails), `SEED=123` repeats one.
 */
import fc from 'fast-check';

const { SEED: seed = '20261129' } = process.env;
fc.configureGlobal({ seed: seed === 'new' ? Date.now() % 2 ** 31 : Number(seed) });
