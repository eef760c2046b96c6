//! The form of an announcement: what was typed, and what it means.

use domain::announcements::{Audience, Draft, Flaw};
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime};
use entity::announcement::Model;
use entity::tenant::{self, Column};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use crate::panel::PanelContext;

/// As browsers send and take `datetime-local`; in UTC here.
const TIME: &str = "%Y-%m-%dT%H:%M";
/// Most accounts that one announcement may name.
const ACCOUNTS: usize = 200;

/// The fields as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncementForm {
    pub text_ru: String,
    pub text_en: String,
    pub link: String,
    pub starts: String,
    pub ends: String,
    pub audience: String,
    /// Ids or hosts, separated by spaces, commas or lines.
    pub accounts: String,
    pub plan: String,
    pub integration: String,
}

impl AnnouncementForm {
    /// The form of a stored announcement.
    pub fn of(row: &Model) -> Self {
        let audience = Audience::stored(row);
        let mut form = Self {
            text_ru: row.text_ru.clone(),
            text_en: row.text_en.clone(),
            link: row.link.clone(),
            starts: shown(row.starts_at),
            ends: shown(row.ends_at),
            audience: audience.as_str().to_owned(),
            ..Self::default()
        };
        match audience {
            Audience::All => {}
            Audience::Accounts(ids) => form.accounts = ids.iter().map(|id| format!("{id}\n")).collect(),
            Audience::Plan(name) => form.plan = name,
            Audience::Integration(name) => form.integration = name,
        }
        form
    }

    /// What it means. `before`: the announcement that it changes.
    pub async fn read(&self, app: &PanelContext, before: Option<&Model>) -> Result<Result<Model, Flaw>, DbErr> {
        let now = app.clock.millis();
        // An empty start is this moment; a time that was not touched keeps its seconds.
        let starts =
            if self.starts.trim().is_empty() { Some(now) } else { time(&self.starts, before.map(|row| row.starts_at)) };
        let times = starts.zip(time(&self.ends, before.map(|row| row.ends_at)));
        let Some((starts_at, ends_at)) = times else { return Ok(Err(Flaw::Times)) };
        let Some(audience) = self.audience(app).await? else { return Ok(Err(Flaw::Audience)) };
        let draft = Draft {
            text_ru: self.text_ru.clone(),
            text_en: self.text_en.clone(),
            link: self.link.clone(),
            audience,
            starts_at,
            ends_at,
        };
        let id = before.map_or_else(|| app.clock.uuid_v7(), |row| row.id);
        Ok(draft.into_row(id, before.map_or(now, |row| row.created_at)))
    }

    /// None if it names an account, plan or integration that does not exist.
    async fn audience(&self, app: &PanelContext) -> Result<Option<Audience>, DbErr> {
        Ok(match self.audience.as_str() {
            "all" => Some(Audience::All),
            "accounts" => self.accounts(app).await?.map(Audience::Accounts),
            "plan" => app.config.plan(&self.plan).map(|plan| Audience::Plan(plan.name.clone())),
            "integration" => {
                app.integrations.named(&self.integration).map(|found| Audience::Integration(found.name.clone()))
            }
            _ => None,
        })
    }

    /// The named accounts; none if there are none or too many, or if one is unknown.
    async fn accounts(&self, app: &PanelContext) -> Result<Option<Vec<Uuid>>, DbErr> {
        let typed = self.accounts.replace('\0', "").to_lowercase();
        let names: BTreeSet<&str> =
            typed.split(|sign: char| sign.is_whitespace() || sign == ',').filter(|name| !name.is_empty()).collect();
        if names.is_empty() || names.len() > ACCOUNTS {
            return Ok(None);
        }
        let mut ids = BTreeSet::new();
        for name in names {
            let mut named = Condition::any().add(Column::Host.eq(name));
            if let Ok(id) = Uuid::try_parse(name) {
                named = named.add(Column::TenantId.eq(id));
            }
            if let Ok(number) = name.parse::<i64>() {
                named = named.add(Column::AccountId.eq(number));
            }
            // One amoCRM account may have installed several integrations.
            let found = tenant::Entity::find().filter(named).all(app.store.read()).await?;
            if found.is_empty() {
                return Ok(None);
            }
            ids.extend(found.into_iter().map(|tenant| tenant.tenant_id));
        }
        Ok(Some(ids.into_iter().collect()))
    }
}

fn shown(at: i64) -> String {
    DateTime::from_timestamp_millis(at).map_or_else(String::new, |at| at.format(TIME).to_string())
}

/// The moment of what was typed; `now_is` if that is still shown like this.
fn time(typed: &str, now_is: Option<i64>) -> Option<i64> {
    let typed = typed.trim();
    if let Some(at) = now_is
        && typed == shown(at)
    {
        return Some(at);
    }
    // Some browsers send seconds as well.
    let typed = typed.get(..16).unwrap_or(typed);
    Some(NaiveDateTime::parse_from_str(typed, TIME).ok()?.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_form_changes_no_time() {
        const AT: i64 = 1_800_000_012_345;
        assert_eq!(time(&shown(AT), Some(AT)), Some(AT));
        assert_eq!(time("1970-01-01T00:01", Some(AT)), Some(60_000));
        assert_eq!(
            (time("1970-01-01T00:01:59", None), time("tomorrow", None), time("", None)),
            (Some(60_000), None, None)
        );
    }
}
