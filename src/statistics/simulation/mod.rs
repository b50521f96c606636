//! Simulations of the statistics on machines with a known truth. All seeds are fixed, and ChaCha's stream is the same
//! in every release of `rand`, so the results are reproducible.
mod coverage;
mod verdicts;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::log_ratios;

/// A distribution of mean or median 0 and standard deviation about 1.
type Distribution = fn(&mut ChaCha8Rng) -> f64;

/// A simulated machine and its measurement. Standard deviations and shifts are on the log scale, i.e. shares.
#[derive(Clone, Copy)]
struct SimulatedMachine {
    launches: usize,
    /// The deviation of a launch from the typical launch.
    launch: Distribution,
    launch_sd: f64,
    /// Number of launches shifted by `off`; further launches are shifted with chance `odd_chance`.
    odd_launches: usize,
    odd_chance: f64,
    off: f64,
    /// Whether shifted launches are always slower; otherwise they are slower or faster.
    one_sided: bool,
    /// The deviation of a batch from its launch.
    batch: Distribution,
    batch_sd: f64,
    /// The slowdown over the rounds of a launch.
    drift: f64,
}

/// The usual machine without odd launches.
const CLEAN: SimulatedMachine = SimulatedMachine {
    launches: 10,
    launch: normal,
    launch_sd: 0.01,
    odd_launches: 0,
    odd_chance: 0.0,
    off: 0.223_143_551_314_209_76, // ln 1.25
    one_sided: false,
    batch: normal,
    batch_sd: 0.01,
    drift: 0.0,
};

/// The usual machine: one launch in ten is off by 25 %.
const USUAL: SimulatedMachine = SimulatedMachine { odd_chance: 0.1, ..CLEAN };

const ROUNDS: usize = 12;

impl SimulatedMachine {
    /// The log ratios of all rounds of all launches of two cells. The first cell takes `truth` longer, on the log
    /// scale.
    fn run(&self, truth: f64, random: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
        (0..self.launches).map(|launch| self.run_launch(launch, truth, random)).collect()
    }

    fn run_launch(&self, launch: usize, truth: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
        let odd = launch < self.odd_launches || random.random_bool(self.odd_chance);
        let side = if self.one_sided || random.random_bool(0.5) { 1.0 } else { -1.0 };
        let shift = truth + self.launch_sd * (self.launch)(random) + if odd { side * self.off } else { 0.0 };
        let (a, b): (Vec<f64>, Vec<f64>) = (0..ROUNDS)
            .map(|round| {
                // Either cell may run first, and the machine drifts between the two.
                let first = if random.random_bool(0.5) { 0.0 } else { 0.5 };
                let mut time = |position: f64, shift: f64| {
                    let drift = self.drift * (round as f64 + position) / ROUNDS as f64;
                    5_000.0 * (shift + drift + self.batch_sd * (self.batch)(random)).exp()
                };
                (time(first, shift), time(0.5 - first, 0.0))
            })
            .unzip();
        log_ratios(&a, &b).expect("times are positive")
    }
}

fn seeded(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// The accepted error of a share near `rate` over `trials` trials: three standard errors.
fn monte_carlo(rate: f64, trials: usize) -> f64 {
    3.0 * (rate * (1.0 - rate) / trials as f64).sqrt()
}

/// A normal distribution: G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates", 1958.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (2.0 * exponential(random)).sqrt() * (std::f64::consts::TAU * random.random::<f64>()).cos()
}

fn exponential(random: &mut ChaCha8Rng) -> f64 {
    -(1.0 - random.random::<f64>()).ln()
}

/// A Laplace distribution, with two exponential tails.
fn laplace(random: &mut ChaCha8Rng) -> f64 {
    (exponential(random) - exponential(random)) / 2.0_f64.sqrt()
}

/// Student's t distribution with three degrees of freedom, divided by its standard deviation √3.
fn t3(random: &mut ChaCha8Rng) -> f64 {
    let squares: f64 = (0..3).map(|_| normal(random).powi(2)).sum();
    normal(random) / squares.sqrt()
}

/// A skewed distribution: an exponential tail upwards, with median 0.
fn skewed(random: &mut ChaCha8Rng) -> f64 {
    exponential(random) - std::f64::consts::LN_2
}
