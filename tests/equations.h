// The models' equations as they were published, in double and with their published constants: nothing of it
// comes from the kernels. Only linear-ion-drift, but for ion_default, has r_on = 1000 Ω: with 100 Ω Euler's
// method is stable for so short steps alone that their errors are lost in the rounding of float32.
#ifndef TESTS_EQUATIONS_H
#define TESTS_EQUATIONS_H

// One model: the rate of its state, its resistance (where it is not ohmic, at 0.1 V; jart_vcm's at 0.2 V) and
// its current.
typedef struct equation {
    double (*rate)(double state, double voltage);
    double (*resistance)(double state);
    double (*current)(double state, double voltage);
} equation;

// linear-ion-drift, by its window; x in [0, 1].
extern const equation ion_drift, ion_joglekar, ion_biolek, ion_prodromakis;
extern const equation ion_default; // r_on = 100 Ω, no window

// vteam without and with its window; the state is x/D.
extern const equation vteam, vteam_exponential;

extern const equation yakopcic, mmss;
extern const equation stanford; // the gap in m
extern const equation jart_vcm; // log10 of the vacancies in 1e26/m³

// The windows alone, with p = 1.
double joglekar(double x, double current);
double biolek(double x, double current);
double prodromakis(double x, double current);

// A voltage that is offset + amplitude·sin(2π·frequency·t + phase).
typedef struct drive {
    double offset, amplitude, frequency, phase;
} drive;

double drive_at(const drive *d, double t);

// The state at time end, by Runge and Kutta's method of fourth order in so many steps.
double solve(const equation *e, const drive *d, double state, double end, int steps);

#endif
