//! A chart of counts over hours or days, with its legend and the same figures as a table. `charts.js` shows the values of
//! the slot that a person points at; without a script the browser shows them as the slot's title.

use base::i18n::{Sentence, Words};

use super::plot::{self, Bar, Plot};

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
        let bars: Vec<Bar> = slots
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
            plot: plot::bars(&bars, &classes, &about.title),
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
