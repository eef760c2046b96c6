//! Plots as SVG: horizontal bars, and curves.

use std::fmt::Write as _;
use std::path::Path;

use hdrhistogram::Histogram;

const WIDTH: f64 = 720.0;
const LEFT: f64 = 220.0;
const OURS: &str = "#1f6feb";
const OTHERS: &str = "#8c959f";
const COLOURS: [&str; 4] = [OURS, "#bf3989", "#9a6700", "#1a7f37"];

/// One bar.
pub struct Bar {
    pub name: String,
    pub value: f64,
    pub is_ours: bool,
}

/// A curve with its name.
pub struct Curve {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// Bars with their values, the longest over the whole width.
pub fn bars(path: &Path, title: &str, bars: &[Bar]) -> anyhow::Result<()> {
    let longest = bars.iter().map(|bar| bar.value).fold(1.0, f64::max);
    let (mut inner, mut top) = (String::new(), 48.0);
    for bar in bars {
        let length = (WIDTH - LEFT - 90.0) * bar.value / longest;
        let colour = if bar.is_ours { OURS } else { OTHERS };
        write!(
            inner,
            r#"<text x="{:.0}" y="{:.0}" text-anchor="end">{}</text><rect x="{LEFT}" y="{top:.0}" width="{length:.1}" height="20" rx="2" fill="{colour}"/><text x="{:.1}" y="{:.0}">{}</text>"#,
            LEFT - 8.0,
            top + 15.0,
            bar.name,
            LEFT + length + 6.0,
            top + 15.0,
            grouped(bar.value),
        )?;
        top += 30.0;
    }
    save(path, title, top + 8.0, &inner)
}

/// The share of requests that are slower, from half of them to one in ten thousand.
pub fn quantiles(path: &Path, title: &str, latency: &Histogram<u64>) -> anyhow::Result<()> {
    let nines = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999];
    let mut points = Vec::new();
    for (place, pair) in nines.windows(2).enumerate() {
        for step in 0..20_u8 {
            let part = f64::from(step) / 20.0;
            let quantile = pair[0] + (pair[1] - pair[0]) * part;
            let at = std::time::Duration::from_micros(latency.value_at_quantile(quantile)).as_secs_f64() * 1000.0;
            points.push((f64::from(u32::try_from(place)?) + part, at));
        }
    }
    let labels: Vec<(f64, String)> = nines
        .iter()
        .zip(0_u8..)
        .map(|(quantile, place)| (f64::from(place), format!("p{}", trimmed(quantile * 100.0))))
        .collect();
    let curve = Curve { name: String::new(), points };
    curves(path, title, "ms", &labels, &[curve])
}

/// Curves over labelled positions of the x axis; the y axis begins at zero.
pub fn curves(path: &Path, title: &str, unit: &str, labels: &[(f64, String)], curves: &[Curve]) -> anyhow::Result<()> {
    let (left, top, width, height) = (70.0, 48.0, WIDTH - 100.0, 240.0);
    let values = || curves.iter().flat_map(|curve| &curve.points);
    let most = values().map(|point| point.1).fold(f64::MIN_POSITIVE, f64::max) * 1.05;
    let places = || labels.iter().map(|(place, _)| *place);
    let (first, last) = (places().fold(f64::MAX, f64::min), places().fold(f64::MIN, f64::max));
    let x = |place: f64| left + width * (place - first) / (last - first).max(f64::MIN_POSITIVE);
    let y = |value: f64| top + height * (1.0 - value / most);
    let mut inner = String::new();
    for part in 0..=4_u8 {
        let value = most * f64::from(part) / 4.0;
        write!(
            inner,
            r##"<line x1="{left}" x2="{:.0}" y1="{:.1}" y2="{:.1}" stroke="#d0d7de"/><text x="{:.0}" y="{:.1}" text-anchor="end">{} {unit}</text>"##,
            left + width,
            y(value),
            y(value),
            left - 6.0,
            y(value) + 4.0,
            grouped(value),
        )?;
    }
    for (place, label) in labels {
        // A centred long label would leave the picture.
        let anchor = if *place == last { "end" } else { "middle" };
        write!(
            inner,
            r#"<text x="{:.1}" y="{:.0}" text-anchor="{anchor}">{label}</text>"#,
            x(*place),
            top + height + 20.0
        )?;
    }
    for (number, (curve, colour)) in curves.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let points: Vec<String> =
            curve.points.iter().map(|(place, value)| format!("{:.1},{:.1}", x(*place), y(*value))).collect();
        write!(
            inner,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/><text x="{left}" y="{:.0}" fill="{colour}">{}</text>"#,
            points.join(" "),
            top + height + 44.0 + 18.0 * f64::from(u32::try_from(number)?),
            curve.name,
        )?;
    }
    save(path, title, top + height + 60.0 + 18.0 * f64::from(u32::try_from(curves.len())?), &inner)
}

fn save(path: &Path, title: &str, height: f64, inner: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let page = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" font-family="sans-serif" font-size="13" fill="#1f2328"><rect width="100%" height="100%" fill="#fff"/><text x="16" y="28" font-size="16" font-weight="600">{title}</text>{inner}</svg>
"##
    );
    Ok(std::fs::write(path, page)?)
}

/// With thousands separators; small numbers with decimals.
fn grouped(value: f64) -> String {
    if value < 100.0 {
        return trimmed(value);
    }
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_easily() {
        assert_eq!([grouped(23_221.4), grouped(1_000_000.0), grouped(999.0)], ["23 221", "1 000 000", "999"]);
        assert_eq!([grouped(99.99), grouped(0.5), grouped(10.0), trimmed(0.0)], ["99.99", "0.5", "10", "0"]);
    }

    #[test]
    fn a_plot_is_written_completely() {
        let folder = std::env::temp_dir().join(format!("plot-{}", uuid::Uuid::new_v4().simple()));
        let path = folder.join("bars.svg");
        bars(&path, "Title", &[Bar { name: "one".into(), value: 12_000.0, is_ours: true }]).unwrap();
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(page.starts_with("<svg") && page.ends_with("</svg>\n"), "{page}");
        assert!(page.contains("12 000") && page.contains(OURS), "{page}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
