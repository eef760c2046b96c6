//! The data of the list of sources.

use domain::delivery::read::activity::Activity;
use domain::source::crm_copy::Known;
use domain::source::{SourceState, SourceStatus, Usage};
use std::collections::BTreeMap;

use askama::Template;
use base::i18n::Sentence;
use entity::source;
use uuid::Uuid;

use super::state_view::{SourceStateView, shown};
use super::strays::{StrayRow, StrayStep};
use super::{Pipeline, age, pipeline_name};
use crate::panel::{PageContext, Right};

struct SourceListRow {
    id: String,
    name: String,
    is_default: bool,
    messenger: Sentence,
    pipeline: String,
    state: SourceStateView,
    /// It needs an action: the list shows the button.
    needs_you: bool,
    last_in: String,
    last_out: String,
    failed: u64,
    failed_address: String,
}

#[derive(Template)]
#[template(path = "panel/sources/list.html")]
pub struct SourcesPage {
    page: PageContext,
    may: bool,
    used: Sentence,
    full: Option<Sentence>,
    no_default: bool,
    rows: Vec<SourceListRow>,
    /// The age of the pipelines' names, if relevant.
    age: Option<Sentence>,
    strays: Vec<StrayRow>,
    /// Remaining steps to several sources; empty if all are done.
    steps: Vec<StrayStep>,
}

#[expect(clippy::too_many_arguments, reason = "everything the list shows, read side by side")]
pub fn list(
    page: &PageContext,
    sources: &[source::Model],
    states: &[SourceState],
    usage: Usage,
    activity: &BTreeMap<Uuid, Activity>,
    pipelines: Option<&Known<Pipeline>>,
    strays: Vec<StrayRow>,
    steps: Vec<StrayStep>,
) -> SourcesPage {
    let words = page.words;
    let moment = |at: Option<i64>| at.map_or_else(|| "–".to_owned(), |at| page.time(&at));
    let row = |(source, state): (&source::Model, &SourceState)| {
        let seen = activity.get(&source.id).copied().unwrap_or_default();
        SourceListRow {
            id: source.id.to_string(),
            name: source.name.clone(),
            is_default: source.is_default,
            messenger: words.text_of("connector-", &source.kind),
            pipeline: pipeline_name(page, pipelines, source.pipeline_id),
            state: shown(page, source, state),
            needs_you: !matches!(state.status, SourceStatus::Working | SourceStatus::Checking),
            last_in: moment(seen.last_in),
            last_out: moment(seen.last_out),
            failed: seen.failed,
            failed_address: format!("/panel/messages?state=failed&source={}&period=7d", source.id),
        }
    };
    SourcesPage {
        may: page.may(Right::EditSources),
        used: words.text("sources-used").with("used", usage.used).with("limit", usage.limit),
        full: usage.is_full().then(|| words.text("sources-limit-reached").with("limit", usage.limit)),
        no_default: !sources.is_empty() && !sources.iter().any(|source| source.is_default),
        rows: sources.iter().zip(states).map(row).collect(),
        age: age(page, pipelines),
        strays,
        steps,
        page: page.clone(),
    }
}
