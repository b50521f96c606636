//! The paired sampler: plans launches, measures batches in workers, and collects the samples.
mod batch_size;
pub mod bench_thread;
pub mod cell;
pub mod code_alignment;
pub(crate) mod concurrent;
pub mod cpu_affinity;
pub mod exit_costs;
pub mod experiment;
pub mod injected_slowdown;
pub mod instructions;
pub mod machine;
pub mod pilot;
pub mod plan;
pub mod variant;
pub mod worker_set;
