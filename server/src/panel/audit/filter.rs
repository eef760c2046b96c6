//! Which deeds are shown: all of it stands in the address.

use chrono::{Days, NaiveDate};
use entity::audit::{self, Column};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;

/// The beginnings of deeds' names that can be chosen.
pub(super) const GROUPS: &[&str] =
    &["source", "account", "member", "key", "message", "undelivered", "import", "template", "alert", "data", "text"];

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    group: Option<String>,
    who: Option<String>,
    from: Option<String>,
    to: Option<String>,
    before: Option<String>,
}

/// What was asked for, as far as it makes sense.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub group: String,
    pub who: String,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// The last row of the page before.
    pub before: Option<Uuid>,
}

impl Filter {
    pub fn read(asked: Asked) -> Self {
        let date = |text: Option<String>| NaiveDate::parse_from_str(&text?, "%Y-%m-%d").ok();
        Self {
            group: asked.group.filter(|group| GROUPS.contains(&group.as_str())).unwrap_or_default(),
            who: asked.who.map(|who| who.trim().chars().take(100).collect()).unwrap_or_default(),
            from: date(asked.from),
            to: date(asked.to),
            before: asked.before.and_then(|id| id.parse().ok()),
        }
    }

    /// For the form's fields.
    pub fn date(&self, date: &Option<NaiveDate>) -> String {
        date.map(|date| date.to_string()).unwrap_or_default()
    }

    pub fn is_set(&self) -> bool {
        !self.group.is_empty() || !self.who.is_empty() || self.from.is_some() || self.to.is_some()
    }

    /// The same choice at an address, from a row on.
    pub fn address(&self, path: &str, before: Option<Uuid>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let (from, to) = (self.date(&self.from), self.date(&self.to));
        for (name, value) in [("group", &self.group), ("who", &self.who), ("from", &from), ("to", &to)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The newest rows first.
    pub async fn rows(&self, app: &App, tenant_id: Uuid, most: usize) -> Result<Vec<audit::Model>, DbErr> {
        let mut select = audit::Entity::of_tenant(tenant_id);
        if let Some(before) = self.before {
            select = select.filter(Column::Id.lt(before));
        }
        if !self.group.is_empty() {
            select = select.filter(Column::Action.starts_with(format!("{}.", self.group)));
        }
        if !self.who.is_empty() {
            select = select.filter(Column::ActorName.contains(&*self.who));
        }
        let start = |date: NaiveDate| date.and_hms_opt(0, 0, 0).map(|at| at.and_utc().timestamp_millis());
        if let Some(from) = self.from.and_then(start) {
            select = select.filter(Column::At.gte(from));
        }
        if let Some(to) = self.to.and_then(|to| to.checked_add_days(Days::new(1))).and_then(start) {
            select = select.filter(Column::At.lt(to));
        }
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        select.order_by_desc(Column::Id).limit(most).all(app.store.read()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_as_if_not_asked() {
        let asked = Asked {
            group: Some("'; DROP".into()),
            who: Some("  Anna ".into()),
            from: Some("20.11.2026".into()),
            to: Some("2026-11-20".into()),
            before: Some("x".into()),
        };
        let filter = Filter::read(asked);
        assert_eq!(filter.address("/a", None), "/a?who=Anna&to=2026-11-20");
        assert!(filter.is_set() && !Filter::default().is_set());
        assert_eq!(Filter::default().address("/a", None), "/a");
    }
}
