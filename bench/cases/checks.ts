/** The checks beside the cases: what is compared with what, how often at the stated counts, and what runs it. */

export interface OtherCheck {
  readonly title: string;
  readonly compares: string;
  /** At the counts that `npm run verify:full` runs. */
  readonly counts: string;
  readonly by:
    | { readonly kind: "tests"; readonly file: string }
    | { readonly kind: "bench"; readonly part: string }
    | { readonly kind: "study" };
}

export interface CheckGroup {
  readonly title: string;
  readonly checks: readonly OtherCheck[];
}

const tests = (file: string) => ({ kind: "tests", file: `src/${file}.test.ts` }) as const;
const bench = (part: string) => ({ kind: "bench", part }) as const;

export const CHECK_GROUPS: readonly CheckGroup[] = [
  {
    title: "Bands of one route",
    checks: [
      {
        title: "Brute force",
        compares: "Bands on the controller's resolution against every offset and every sequence.",
        counts:
          "2,000 random arterials of up to 5 signals: unequal greens, internal offsets, several greens, sequences, queue clearance, speed ranges.",
        by: tests("solver/bands/solve-band-grid"),
      },
      {
        title: "Mixed-integer program, fixed cycle",
        compares:
          "Bands with continuous offsets at a fixed cycle against MAXBAND on HiGHS without a gap, to 1e-6 of the cycle. Programs that HiGHS does not prove in its time are held against its bound and counted; better than MAXBAND counts only as a one-way plan, which it cannot express.",
        counts: "300 random arterials of 5 to 40 signals, with sequences and speed ranges.",
        by: tests("solver/bands/solve-band-exact"),
      },
      {
        title: "Mixed-integer program, range of cycles",
        compares: "The same with the cycle free within a fifth of its length either way.",
        counts: "200 random arterials of 5 to 40 signals, with sequences and speed ranges.",
        by: tests("solver/bands/solve-band-cycle"),
      },
      {
        title: "Limits on the change of speed",
        compares:
          "MAXBAND as the solver states it against another formulation of it, and against the exact solver.",
        counts: "60 random arterials.",
        by: tests("solver/bands/solve-maxband"),
      },
    ],
  },
  {
    title: "Bands link by link",
    checks: [
      {
        title: "Brute force and mixed-integer program",
        compares:
          "MULTIBAND and AM-BAND against every offset, sequence and center line, and against the published programs on HiGHS.",
        counts: "2,000 random arterials by brute force, 300 by the programs.",
        by: tests("solver/link-bands/solve-link-bands"),
      },
      {
        title: "Streams that enter or leave the route",
        compares: "OD-BAND against every offset and sequence, and its bound against the optimum.",
        counts: "300 random arterials with the program, 300 with the search alone.",
        by: tests("solver/link-bands/solve-stream-bands"),
      },
      {
        title: "Properties",
        compares:
          "Shifted local zeros, swapped directions, other center lines and lesser models against each other.",
        counts: "500 random arterials for each property.",
        by: tests("solver/link-bands/link-band-properties"),
      },
    ],
  },
  {
    title: "Bands of several routes",
    checks: [
      {
        title: "Brute force",
        compares:
          "Value and bound of the search against every offset and sequence; two routes that share up to two intersections are solved without a gap; no answer is worse than its start.",
        counts: "600 networks of two routes, 120 of three.",
        by: tests("solver/network-bands/solve-network-bands"),
      },
      {
        title: "Mixed-integer program",
        compares: "The program on HiGHS against brute force, and the search against the program.",
        counts: "100 small networks, 30 of two longer routes that cross twice.",
        by: tests("solver/network-bands/network-band-model"),
      },
      {
        title: "Size",
        compares: "Band and bound on large networks against an incumbent of the program after its time.",
        counts: "As the benchmark prints.",
        by: bench("network-bands"),
      },
    ],
  },
  {
    title: "Splits",
    checks: [
      {
        title: "Least delay",
        compares: "Splits of least delay against all splits on the resolution.",
        counts: "2,000 random intersections for each form.",
        by: tests("solver/splits/place-at-least-cost"),
      },
      {
        title: "Throughput",
        compares:
          "Splits of a full street against all splits on the resolution, its queues against a judge of their own, the closed form against a linear program.",
        counts: "2,000 random intersections by brute force.",
        by: tests("solver/splits/solve-throughput"),
      },
      {
        title: "Two engines",
        compares:
          "HiGHS against javascript-lp-solver on the same programs; each solution is checked against its rows.",
        counts: "2,000 random programs.",
        by: tests("solver/lp/lp-engine"),
      },
    ],
  },
  {
    title: "Delay",
    checks: [
      {
        title: "Parcels of vehicles",
        compares:
          "Delay, stops and queues of the cyclic flow profiles against parcels that are followed one by one.",
        counts: "300 random streets.",
        by: tests("traffic/profile-judge"),
      },
      {
        title: "Second evaluator",
        compares:
          "The evaluator that the search uses against one that runs forward in time and shares no code with it, lane group by lane group; a claim that belongs to other offsets is found.",
        counts:
          "1,000 random arterials, 500 more with permitted turns and initial queues, and the shipped networks.",
        by: tests("traffic/forward/remeasure-plan"),
      },
      {
        title: "Spill-back",
        compares:
          "The model with storage against the re-measurement where there is room, and its ranking of plans against the simulated street where there is none.",
        counts: "100 random arterials with room; 30 oversaturated ones with 10 plans and 10 seeds each.",
        by: tests("traffic/forward/evaluate-with-spillback"),
      },
      {
        title: "Street, in the mean",
        compares:
          "Total delay by the model against the second-by-second street, same period and same initial queues: mean absolute error below 5 % undersaturated, below 10 % at saturation 0.95 to 1.1.",
        counts: "30 random arterials of each kind, 12 seeds each.",
        by: tests("simulation/compare-with-model"),
      },
      {
        title: "Street, one by one",
        compares: "The same, each arterial against the same bar.",
        counts: "30 random arterials of each kind, 12 seeds each.",
        by: bench("model"),
      },
    ],
  },
  {
    title: "Routes and networks as a whole",
    checks: [
      {
        title: "Route",
        compares:
          "Every plan of an answer against ring sums, barriers, minimums, its own claims measured by other code, and today's plan.",
        counts: "500 random questions for each property.",
        by: tests("solver/route/solve-route"),
      },
      {
        title: "Network",
        compares:
          "Every answer against its start, the safety gate and the second evaluator; three signals against all offsets.",
        counts: "60 random cities.",
        by: tests("solver/network/solve-network"),
      },
      {
        title: "Time and quality of networks",
        compares:
          "What is reached in the time against the same search with 20 times the work, today's plan and a plain peer (Webster splits, bands arterial by arterial).",
        counts: "As the benchmark prints.",
        by: bench("network"),
      },
      {
        title: "Speed of bands",
        compares:
          "The exact solvers against HiGHS and javascript-lp-solver on the same streets in one run, same objective.",
        counts: "10, 20, 34 and 60 signals, equal and unequal ratio.",
        by: bench("bands"),
      },
      {
        title: "Two real corridors",
        compares:
          "Today's plan, new offsets alone and a free solve: bands, delay and stops by the model and by the simulated street.",
        counts: "10 seeds.",
        by: { kind: "study" },
      },
    ],
  },
  {
    title: "Safety, controllers and crashes",
    checks: [
      {
        title: "Safety gate",
        compares:
          "What the gate lets through against lamps that are stepped tenth by tenth by code of their own.",
        counts: "5,000 random plans for each property.",
        by: tests("timing/gate.property"),
      },
      {
        title: "Sequencer",
        compares:
          "Lamps through plan changes and clock steps at any instant against fixed times and conflicts.",
        counts: "5,000 random scenarios for each property.",
        by: tests("timing/sequencer.property"),
      },
      {
        title: "All or none",
        compares:
          "A publication with losses and crashes at any point: in the end all of a corridor has changed, or none of it.",
        counts: "2,000 random publications.",
        by: tests("controllers/transaction.property"),
      },
      {
        title: "Killed while counting",
        compares: "Every acknowledged count against what is there after a kill without warning.",
        counts: "20 instants.",
        by: tests("kill"),
      },
      {
        title: "Killed while publishing",
        compares:
          "Real controllers on real sockets against one plan for the corridor and lamps that break no rule.",
        counts: "20 instants.",
        by: tests("kill-publish"),
      },
      {
        title: "Rubbish",
        compares: "A controller whose center sends rubbish against its own lamps and its way back.",
        counts: "500 random messages.",
        by: tests("controllers/reference/rubbish-centre"),
      },
    ],
  },
];
