//! Estimates from samples, for tables, pages and comparisons.
use crate::catalog::benchmark::CellId;
use crate::results::{CellRecord, Report, SkipReason};
use crate::statistics::{Confidence, Estimate, Interval, log_ratios, median, typical_ratio, typical_time};

/// A row of a table: one cell per variant.
pub struct EstimateRow<'a> {
    /// The cell id.
    pub cell_id: &'a CellId,
    /// The cells, in the order of the report's variants.
    pub cells: Vec<CellEstimate<'a>>,
}

/// A cell with its estimates.
pub struct CellEstimate<'a> {
    /// The samples.
    pub record: &'a CellRecord,
    /// The typical time in nanoseconds on the log scale. If there is a ratio, the time is the reference's time multiplied by
    /// it, so that both exclude the same launches.
    pub time: Option<Estimate>,
    /// The typical ratio to the reference on the log scale, from rounds with both; `None` for the reference.
    pub ratio: Option<Estimate>,
}

impl CellEstimate<'_> {
    /// The typical time in nanoseconds.
    pub fn nanoseconds(&self) -> Option<f64> {
        self.time.as_ref().map(|time| time.value().exp())
    }

    /// The typical time in nanoseconds and its 95 % interval; `None` with too few launches for an interval.
    pub fn known(&self) -> Option<(f64, Interval)> {
        Some((self.nanoseconds()?, interval(self.time.as_ref()?)?.exp()?))
    }

    /// Why there is no time.
    pub fn skip_reason(&self) -> Option<&SkipReason> {
        self.record.skip_reason.as_ref()
    }
}

/// The rows of a report.
pub fn rows(report: &Report) -> Vec<EstimateRow<'_>> {
    let width = report.variants.len().max(1);
    report.cells.chunks(width).map(|cells| row(cells)).collect()
}

fn row(records: &[CellRecord]) -> EstimateRow<'_> {
    let reference = time(&records[0]);
    let cell = |(n, record)| {
        let ratio = (n > 0).then(|| ratio(record, &records[0])).flatten();
        let at_ratio = reference.as_ref().zip(ratio.as_ref()).map(|(to, ratio)| to.value() + ratio.value());
        let time = time(record).map(|time| at_ratio.map_or_else(|| time.clone(), |value| time.moved_to(value)));
        CellEstimate { record, time, ratio }
    };
    EstimateRow { cell_id: &records[0].cell_id, cells: records.iter().enumerate().map(cell).collect() }
}

/// The typical time of a cell on the log scale.
pub(crate) fn time(record: &CellRecord) -> Option<Estimate> {
    typical_time(&samples(record))
}

/// The samples of each launch that has any.
pub(crate) fn samples(record: &CellRecord) -> Vec<&[f64]> {
    record.launches.iter().map(|launch| launch.samples()).filter(|rounds| !rounds.is_empty()).collect()
}

/// The typical log ratio of two cells from the rounds with both. Different cells share no rounds, so they are compared by
/// the medians of their launches.
pub fn ratio(of: &CellRecord, to: &CellRecord) -> Option<Estimate> {
    let paired = of.launches.iter().filter_map(|left| {
        let right = to.launches.iter().find(|right| right.launch == left.launch)?;
        let rounds = match of.cell_id == to.cell_id {
            true => log_ratios(left.samples(), right.samples()),
            false => log_ratios(&[median(left.samples())?], &[median(right.samples())?]),
        };
        rounds.filter(|rounds| !rounds.is_empty())
    });
    typical_ratio(&paired.collect::<Vec<_>>())
}

/// The variants with a column: all but controls.
pub fn columns(report: &Report) -> Vec<usize> {
    (0..report.variants.len()).filter(|n| report.variants[*n].control_of.is_none()).collect()
}

/// The typical sample of each launch, with the launch's number.
pub fn launches(record: &CellRecord) -> Vec<(u32, f64)> {
    record.launches.iter().filter_map(|launch| Some((launch.launch, median(launch.samples())?))).collect()
}

impl EstimateRow<'_> {
    /// The fastest variant, if all intervals agree. Controls are ignored.
    pub fn fastest(&self, report: &Report) -> Option<usize> {
        let variants = columns(report);
        let time = |n: &usize| self.cells[*n].nanoseconds().unwrap_or(f64::INFINITY);
        let best = *variants.iter().min_by(|a, b| time(a).total_cmp(&time(b)))?;
        let beats = |other: &usize| match ratio(self.cells[best].record, self.cells[*other].record) {
            Some(ratio) => {
                interval(&ratio).is_some_and(|interval| interval.high < 0.0) && ratio.inconclusive().is_none()
            }
            // A cell without a time is slower than any other.
            None => self.cells[*other].time.is_none(),
        };
        let others: Vec<_> = variants.into_iter().filter(|n| *n != best).collect();
        (self.cells[best].time.is_some() && !others.is_empty() && others.iter().all(beats)).then_some(best)
    }

    /// The A/A control of the reference.
    pub fn control(&self, report: &Report) -> Option<&CellEstimate<'_>> {
        let place = report.variants.iter().position(|variant| variant.control_of.is_some())?;
        self.cells.get(place)
    }
}

/// The 95 % interval of an estimate.
pub fn interval(estimate: &Estimate) -> Option<Interval> {
    estimate.interval(Confidence::NINETY_FIVE)
}
