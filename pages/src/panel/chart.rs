//! A chart of counts over hours or days, with its legend and the same figures as a table. `charts.js` shows the values of
//! the slot that a person points at; without a script the browser shows them as the slot's title.

use std::fmt::Write;

use base::i18n::{Sentence, Words};

use super::html::escaped;

/// Labels below a chart are this many slots apart; those of a week are at every day.
const APART: usize = 6;
const WEEK: usize = 7;

/// What is counted, in the order of a bar's parts.
pub struct Series {
    /// The class of its part of a bar and of its sign in the legend.
    pub class: &'static str,
    pub label: Sentence,
}

/// What a chart is about.
pub struct ChartWords {
    /// The whole chart in one sentence.
    pub title: String,
    pub caption: Sentence,
    /// What a slot is: an hour, a day.
    pub slot: Sentence,
}

/// An hour or a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartSlot {
    /// `14:00`, `18 Nov`
    pub name: String,
    /// The heights of the bar's parts, from the bottom up.
    pub parts: Vec<i64>,
    /// The counts that are shown: a failed message is part of one more series.
    pub counts: Vec<i64>,
    /// The same as a sentence.
    pub said: String,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartRow {
    pub name: String,
    pub values: Vec<String>,
}

/// A chart with its axis and table.
pub struct Chart {
    pub plot: Plot,
    pub series: Vec<Series>,
    /// Labels below the chart, at equal distances.
    pub ticks: Vec<String>,
    /// In the order of the chart, without empty ones.
    pub rows: Vec<ChartRow>,
    pub words: ChartWords,
}

impl Chart {
    /// The chart of slots, oldest first.
    pub fn of(words: Words, about: ChartWords, series: Vec<Series>, slots: Vec<ChartSlot>) -> Self {
        let number = |count: &i64| words.text("common-number").with("number", *count).to_string();
        let values = |slot: &ChartSlot| slot.counts.iter().map(number).collect::<Vec<String>>();
        let drawn: Vec<Bar> = slots
            .iter()
            .map(|slot| Bar {
                name: slot.name.clone(),
                parts: slot.parts.clone(),
                values: values(slot),
                said: slot.said.clone(),
            })
            .collect();
        let classes: Vec<&str> = series.iter().map(|one| one.class).collect();
        let apart = if slots.len() > WEEK { APART } else { 1 };
        let used = slots.iter().filter(|slot| slot.counts.iter().any(|count| *count > 0));
        Self {
            plot: bars(&drawn, &classes, &about.title),
            series,
            ticks: slots.iter().step_by(apart).map(|slot| slot.name.clone()).collect(),
            rows: used.map(|slot| ChartRow { name: slot.name.clone(), values: values(slot) }).collect(),
            words: about,
        }
    }

    /// The same with the newest row first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.rows.reverse();
        self
    }
}

/// The width of one slot and of its bars, in units of the chart, which is stretched to the page's width.
const STEP: i64 = 40;
const BAR: i64 = 28;
const HEIGHT: i64 = 160;
/// The same for a small chart.
const SMALL_STEP: i64 = 4;
const SMALL_HEIGHT: i64 = 24;

/// One bar: its parts on top of each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// `14:00`, `18 Nov`
    pub name: String,
    /// From the bottom up.
    pub parts: Vec<i64>,
    /// The values as the reader's language writes them.
    pub values: Vec<String>,
    /// The values as a sentence, shown on hover.
    pub said: String,
}

impl Bar {
    fn all(&self) -> i64 {
        self.parts.iter().sum()
    }
}

/// A bar chart with its scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plot {
    /// An `<svg>` that we generated; empty if there is nothing to draw.
    pub picture: String,
    /// The values of the three lines, from top to bottom.
    pub scale: [i64; 3],
}

/// The smallest round number that is not below the highest bar and has an integer half.
fn round_top(most: i64) -> i64 {
    let mut power = 1;
    loop {
        for first in [2, 4, 6, 8, 10] {
            if first * power >= most {
                return first * power;
            }
        }
        power *= 10;
    }
}

/// A bar chart, oldest bar first. `classes` are those of a bar's parts, `title` describes the chart.
pub fn bars(bars: &[Bar], classes: &[&str], title: &str) -> Plot {
    let most = bars.iter().map(Bar::all).max().unwrap_or(0);
    let top = round_top(most);
    let scale = [top, top / 2, 0];
    if most == 0 {
        return Plot { picture: String::new(), scale };
    }
    let width = count(bars.len()) * STEP;
    let mut out = String::new();
    let _ = write!(
        out,
        r#"<svg class="bars" role="img" aria-labelledby="plot-title" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none"><title id="plot-title">{}</title><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--bg)"/><rect width="3" height="6" fill="var(--bad)"/></pattern></defs>"#,
        escaped(title)
    );
    for y in [0, HEIGHT / 2] {
        let _ = write!(out, r#"<path class="line" d="M0 {y}h{width}"/>"#);
    }
    for (place, bar) in bars.iter().enumerate() {
        let left = count(place) * STEP;
        let _ = write!(
            out,
            r#"<g class="slot" data-name="{}" data-values="{}"><title>{}</title><rect class="hit" x="{left}" y="0" width="{STEP}" height="{HEIGHT}"/>"#,
            escaped(&bar.name),
            escaped(bar.values.join("|")),
            escaped(&bar.said)
        );
        let mut y = HEIGHT;
        for (value, class) in bar.parts.iter().zip(classes) {
            let height = if *value > 0 { (value * HEIGHT / top).max(2) } else { 0 };
            if height > 0 {
                y = (y - height).max(0);
                let x = left + (STEP - BAR) / 2;
                let _ = write!(
                    out,
                    r#"<rect class="{class}" x="{x}" y="{y}" width="{BAR}" height="{height}"{}/>"#,
                    if *class == "failed" { r#" fill="url(#hatch)""# } else { "" }
                );
            }
        }
        out.push_str("</g>");
    }
    let _ = write!(out, r#"<path class="edge" d="M0 {HEIGHT}h{width}"/></svg>"#);
    Plot { picture: out, scale }
}

/// A small chart with one value per hour and a line at its threshold; empty if there is nothing to draw. Hours without
/// a value have no bar; those with a bad one have the figure's colour. Values below `from` are drawn as `from`, so that shares
/// near 100 % can be distinguished.
pub fn spark(
    values: &[Option<i64>],
    from: i64,
    threshold: Option<i64>,
    title: &str,
    is_bad: impl Fn(i64) -> bool,
) -> String {
    let known = || values.iter().flatten().copied().chain(threshold);
    let top = known().max().unwrap_or(0).max(from + 1);
    if values.iter().flatten().all(|value| *value == 0) {
        return String::new();
    }
    let width = count(values.len()) * SMALL_STEP;
    let high = |value: i64| (value.clamp(from, top) - from) * (SMALL_HEIGHT - 1) / (top - from);
    let mut out = String::new();
    let _ = write!(
        out,
        r#"<svg class="spark" role="img" viewBox="0 0 {width} {SMALL_HEIGHT}" preserveAspectRatio="none"><title>{}</title>"#,
        escaped(title)
    );
    for (place, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|value| *value > 0) else { continue };
        let (x, height) = (count(place) * SMALL_STEP, high(value).max(1));
        let y = SMALL_HEIGHT - height;
        let class = if is_bad(value) { r#" class="beyond""# } else { "" };
        let _ = write!(out, r#"<rect{class} x="{x}" y="{y}" width="{}" height="{height}"/>"#, SMALL_STEP - 1);
    }
    if let Some(threshold) = threshold {
        let y = SMALL_HEIGHT - high(threshold).max(1);
        let _ = write!(out, r#"<path class="threshold" d="M0 {y}h{width}"/>"#);
    }
    out.push_str("</svg>");
    out
}

fn count(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number_with_a_whole_half() {
        let tops = [0, 1, 2, 3, 5, 11, 40, 41, 999, 100_000].map(round_top);
        assert_eq!(tops, [2, 2, 2, 4, 6, 20, 40, 60, 1000, 100_000]);
    }
}
