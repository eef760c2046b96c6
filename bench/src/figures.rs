//! Formats figures for people.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Items per second.
#[expect(clippy::as_conversions, reason = "counts of a benchmark are far below 2^52")]
pub fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// The median; of an even number the lower of the middle two. Zero if empty.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

/// All figures in one line, in their order.
pub fn all(figures: &[f64]) -> String {
    figures.iter().map(|figure| format!("{figure:.0}")).collect::<Vec<_>>().join(" ")
}

/// The quantiles of times in microseconds.
pub fn times(figures: &Histogram<u64>) -> String {
    let at = |quantile: f64| millis(figures.value_at_quantile(quantile));
    format!("p50 {:>9}  p99 {:>9}  p99.9 {:>9}  max {:>9}", at(0.5), at(0.99), at(0.999), millis(figures.max()))
}

/// Microseconds as milliseconds.
pub fn millis(micros: u64) -> String {
    format!("{:.2} ms", Duration::from_micros(micros).as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_of_the_figures() {
        assert_eq!([median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0]), median(&[])], [2.0, 1.0, 0.0]);
    }
}
