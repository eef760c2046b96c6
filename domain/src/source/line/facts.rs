//! Known facts about a line, as JSON in its row, written by several modules and never queried.

use std::collections::BTreeMap;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use connectors::Identity;
use entity::source;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::claim::facts_of;
use crate::source::SourceContext;
use crate::source::StateReason;

/// How often a change is retried because a concurrent one came first.
const TRIES: usize = 5;
/// The problems that the messenger reports, by aspect.
const TROUBLES: &str = "troubles";

/// The result of the last check of a messenger's webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum WebhookCheck {
    #[default]
    Fine,
    /// Not registered with the messenger yet.
    NotSet {
        words: String,
        since: i64,
    },
    Failing {
        words: String,
        waiting: u64,
        since: i64,
    },
    Elsewhere {
        host: String,
        since: i64,
    },
}

impl WebhookCheck {
    /// Whether both are equal apart from their start.
    fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Failing { words, .. }, Self::Failing { words: others, .. })
            | (Self::NotSet { words, .. }, Self::NotSet { words: others, .. })
            | (Self::Elsewhere { host: words, .. }, Self::Elsewhere { host: others, .. }) => words == others,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// The last result for the webhook.
pub fn webhook(facts: &Map<String, Value>) -> WebhookCheck {
    let seen = facts.get("webhook").cloned();
    seen.and_then(|seen| serde_json::from_value(seen).ok()).unwrap_or_default()
}

/// Why customers' messages do not arrive, by the last check of the webhook: since when, and the messenger's text or
/// the host that receives them; else what the messenger reports of the line. None if all is well.
pub fn trouble(facts: &Map<String, Value>) -> Option<(StateReason, i64, String)> {
    match webhook(facts) {
        WebhookCheck::Elsewhere { host, since } => Some((StateReason::LineElsewhere, since, host)),
        WebhookCheck::NotSet { words, since } => Some((StateReason::LineNotSet, since, words)),
        WebhookCheck::Failing { words, since, .. } => Some((StateReason::LineFailing, since, words)),
        WebhookCheck::Fine => reported(facts),
    }
}

/// Stores a fact about a line; null removes it.
pub async fn learned(app: &SourceContext, source: &source::Model, part: &str, key: &str, value: Value) -> Result<()> {
    change(app, source.tenant_id, source.id, |facts| {
        let part = facts.entry(part).or_insert_with(|| Value::Object(Map::new()));
        let Some(part) = part.as_object_mut() else { return };
        if value.is_null() {
            part.remove(key);
        } else {
            part.insert(key.to_owned(), value.clone());
        }
    })
    .await
}

/// Stores what a messenger reports to be wrong with a line, in English; none ends it. One problem an aspect, which keeps
/// its start while it is reported again.
pub async fn reported_trouble(
    app: &SourceContext,
    source: &source::Model,
    aspect: &str,
    trouble: Option<&LocalizedText>,
) -> Result<()> {
    let now = app.clock.millis();
    change(app, source.tenant_id, source.id, |facts| {
        let all = facts.entry(TROUBLES).or_insert_with(|| Value::Object(Map::new()));
        let Some(all) = all.as_object_mut() else { return };
        let Some(detail) = trouble.map(ToString::to_string) else {
            all.remove(aspect);
            return;
        };
        if all.get(aspect).and_then(|known| known.get("words")?.as_str()) != Some(&detail) {
            all.insert(aspect.to_owned(), json!({ "words": detail, "since": now }));
        }
    })
    .await
}

/// The longest problem that the messenger reports of the line.
fn reported(facts: &Map<String, Value>) -> Option<(StateReason, i64, String)> {
    let all = facts.get(TROUBLES)?.as_object()?.values();
    let each = all.filter_map(|one| Some((one.get("since")?.as_i64()?, one.get("words")?.as_str()?.to_owned())));
    each.min().map(|(since, words)| (StateReason::LineTrouble, since, words))
}

/// Stores facts by name; others stay.
pub(super) async fn extend(
    app: &SourceContext,
    source: &source::Model,
    new: BTreeMap<&'static str, Value>,
) -> Result<()> {
    change(app, source.tenant_id, source.id, |facts| {
        facts.extend(new.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    })
    .await
}

/// Stores the identity that the messenger reported.
pub async fn known(app: &SourceContext, source: &source::Model, identity: &Identity) -> Result<()> {
    let given = facts_of(&source.kind, identity);
    change(app, source.tenant_id, source.id, |facts| facts.extend(given.as_object().cloned().unwrap_or_default())).await
}

/// Stores the result of a webhook check; an unchanged result keeps its start.
pub(super) async fn saw(app: &SourceContext, source: &source::Model, seen: WebhookCheck) -> Result<()> {
    change(app, source.tenant_id, source.id, |facts| {
        if webhook(facts).same_as(&seen) {
            return;
        }
        match serde_json::to_value(&seen) {
            Ok(seen) => facts.insert("webhook".to_owned(), seen),
            Err(_) => None,
        };
    })
    .await
}

/// Changes the current facts.
async fn change(
    app: &SourceContext,
    tenant_id: Uuid,
    source_id: Uuid,
    how: impl Fn(&mut Map<String, Value>),
) -> Result<()> {
    for _ in 0..TRIES {
        let row =
            source::Entity::of_tenant(tenant_id).filter(source::Column::Id.eq(source_id)).one(app.store.read()).await?;
        let Some(row) = row else { return Ok(()) };
        let mut facts = crate::settings::facts(&row);
        how(&mut facts);
        let written = Value::Object(facts).to_string();
        if written == row.facts {
            return Ok(());
        }
        let done = source::Entity::update_many()
            .col_expr(source::Column::Facts, Expr::value(written))
            .filter(source::Column::TenantId.eq(tenant_id))
            .filter(source::Column::Id.eq(source_id))
            .filter(source::Column::Facts.eq(row.facts))
            .exec(app.store.write())
            .await?;
        if done.rows_affected == 1 {
            app.lookup.forget();
            return Ok(());
        }
    }
    Err(Error::not_storing())
}
