//! The targets to which an account sends its sales.

use std::collections::BTreeMap;

use base::error::{Error, FieldError, Result};
use base::i18n::LocalizedText;
use base::millis::DAY;
use base::store::in_transaction;
use base::vault::Place;
use base::worded::worded;
use entity::sale_target::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::CHECKS;
use crate::alert::{self, SALES_NOT_SENT};
use crate::alert_notices::webhook;
use crate::audit::By;
use crate::job::{NewJob, schedule_new};
use crate::platform::PlatformContext;

worded! {
    /// Where a sale is sent. Texts are `sale-target-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum TargetKind, word {
        /// The account's own webhook, the same as for its alerts.
        Webhook = "webhook",
        /// Meta's Conversions API for business messaging.
        Meta = "meta",
        /// Yandex Metrica's offline conversions.
        Metrica = "metrica",
    }
}

/// The settings of a target; which of them it has depends on its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetSettings {
    #[serde(skip)]
    pub on: bool,
    /// Meta: the id of the data set.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub dataset_id: String,
    /// Metrica: the number of the counter.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub counter_id: String,
    /// Metrica: the id of the goal, as it is in its condition.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub goal: String,
}

/// A target as it is set up.
pub struct Target {
    pub settings: TargetSettings,
    pub token: Option<SecretString>,
    pub on_since: i64,
}

/// An account's targets.
#[derive(Default)]
pub struct Targets {
    set_up: BTreeMap<TargetKind, Target>,
    /// The account's webhook.
    pub(super) webhook: Option<entity::alert_webhook::Model>,
    /// The account's id here and its host.
    pub(super) account: (Uuid, String),
}

impl Targets {
    pub async fn read(app: &PlatformContext, tenant_id: Uuid) -> anyhow::Result<Self> {
        let db = app.store.read();
        let tenant = entity::tenant::Entity::of_tenant(tenant_id).one(db).await?;
        let mut set_up = BTreeMap::new();
        for row in sale_target::Entity::of_tenant(tenant_id).all(db).await? {
            let Some(kind) = TargetKind::parse(&row.kind) else { continue };
            let open = |sealed: &Vec<u8>| app.vault.open_text(tenant_id, Place::SaleTarget, kind.word(), sealed);
            let token = row.token.as_ref().map(open).transpose()?;
            let settings = TargetSettings { on: row.is_on, ..serde_json::from_str(&row.settings)? };
            set_up.insert(kind, Target { settings, token, on_since: row.on_since });
        }
        let webhook = webhook::of(app, tenant_id).await?;
        Ok(Self { set_up, webhook, account: (tenant_id, tenant.map(|tenant| tenant.host).unwrap_or_default()) })
    }

    /// One target; none if it was never set up.
    pub fn get(&self, kind: TargetKind) -> Option<&Target> {
        self.set_up.get(&kind)
    }

    /// The settings of one, with the default if it was never set up.
    pub fn settings(&self, kind: TargetKind) -> TargetSettings {
        self.get(kind).map(|target| target.settings.clone()).unwrap_or_default()
    }

    /// The address of the account's webhook, if it has one.
    pub fn webhook_url(&self) -> Option<&str> {
        self.webhook.as_ref().map(|webhook| webhook.url.as_str())
    }

    /// Those that have what they need, whether they are on or not.
    pub(super) fn kinds(&self) -> impl Iterator<Item = TargetKind> {
        TargetKind::ALL.into_iter().filter(|kind| match kind {
            TargetKind::Webhook => self.webhook.is_some(),
            TargetKind::Meta | TargetKind::Metrica => self.get(*kind).is_some_and(|target| target.token.is_some()),
        })
    }

    /// Those that are on for a sale of this time.
    pub(super) fn on(&self, won_at: i64) -> impl Iterator<Item = TargetKind> {
        let is_on = move |target: &Target| target.settings.on && target.on_since <= won_at;
        self.set_up.iter().filter(move |(_, target)| is_on(target)).map(|(kind, _)| *kind)
    }
}

/// Since when an account sends its sales to any target; none if it does not.
pub(super) async fn on_since(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<i64>, DbErr> {
    let on = sale_target::Entity::of_tenant(tenant_id).filter(Column::IsOn.eq(true)).all(db).await?;
    Ok(on.iter().map(|row| row.on_since).min())
}

/// A target to be saved.
pub struct NewTarget {
    pub settings: TargetSettings,
    /// None leaves the token as it is.
    pub token: Option<SecretString>,
}

/// The longest setting.
const MOST_CHARS: usize = 200;
/// The longest token.
const MOST_TOKEN: usize = 2_000;

/// Saves targets: all mistakes at once, each at its field (`/meta/dataset_id`). Switched on, a target gets the sales from now
/// on.
pub async fn save(app: &PlatformContext, tenant_id: Uuid, new: BTreeMap<TargetKind, NewTarget>, by: &By) -> Result<()> {
    let before = Targets::read(app, tenant_id).await?;
    let new: BTreeMap<_, _> = new.into_iter().map(|(kind, new)| (kind, trimmed(new))).collect();
    let wrong: Vec<FieldError> = new.iter().flat_map(|(kind, new)| mistakes(*kind, new, &before)).collect();
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let now = app.clock.millis();
    in_transaction(&app.store, async |tx| {
        for (kind, new) in &new {
            let old = before.get(*kind);
            let seal = |token: &SecretString| app.vault.seal_text(tenant_id, Place::SaleTarget, kind.word(), token);
            let was_on = old.filter(|old| old.settings.on).map(|old| old.on_since);
            let row = sale_target::Model {
                tenant_id,
                kind: kind.word().to_owned(),
                is_on: new.settings.on,
                settings: serde_json::to_string(&new.settings).map_err(anyhow::Error::from)?,
                token: new.token.as_ref().map(seal),
                on_since: was_on.unwrap_or(now),
            };
            let mut columns = vec![Column::IsOn, Column::Settings, Column::OnSince];
            columns.extend(new.token.as_ref().map(|_| Column::Token));
            let known = OnConflict::columns([Column::TenantId, Column::Kind]).update_columns(columns).to_owned();
            sale_target::Entity::insert(row.into_active_model()).on_conflict(known).exec_without_returning(tx).await?;
            if !new.settings.on {
                alert::end(app, tx, tenant_id, SALES_NOT_SENT, kind.word()).await?;
            }
            let detail = json!({"on": new.settings.on, "token": new.token.is_some()});
            by.did(app, tx, "sale.target_changed", (tenant_id, kind.word()), detail).await?;
        }
        if on_since(tx, tenant_id).await?.is_some() {
            schedule_new(tx, now, NewJob::new(tenant_id, CHECKS, "", now + DAY)).await?;
        }
        Ok(())
    })
    .await
}

fn trimmed(new: NewTarget) -> NewTarget {
    let trim = |text: &str| text.trim().to_owned();
    let NewTarget { settings, token } = new;
    let settings = TargetSettings {
        on: settings.on,
        dataset_id: trim(&settings.dataset_id),
        counter_id: trim(&settings.counter_id),
        goal: trim(&settings.goal),
    };
    let token = token.map(|token| trim(token.expose_secret())).filter(|token| !token.is_empty());
    NewTarget { settings, token: token.map(SecretString::from) }
}

/// What is wrong with a target. What is not needed yet, because it is off, may be missing.
fn mistakes(kind: TargetKind, new: &NewTarget, before: &Targets) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut at = |field: &str, key: &'static str| {
        wrong.push(FieldError::new(format!("/{}/{field}", kind.word()), LocalizedText::new(key)));
    };
    let settings = &new.settings;
    let own: &[(&str, &str)] = match kind {
        TargetKind::Webhook => &[],
        TargetKind::Meta => &[("dataset_id", &settings.dataset_id)],
        TargetKind::Metrica => &[("counter_id", &settings.counter_id), ("goal", &settings.goal)],
    };
    for (field, value) in own {
        let is_number = value.bytes().all(|sign| sign.is_ascii_digit());
        let is_plain = !value.contains([',', '"', ';']) && !value.chars().any(char::is_control);
        if value.is_empty() && settings.on {
            at(field, "said-empty");
        } else if value.len() > MOST_CHARS || !is_plain {
            at(field, "said-sale-value");
        } else if *field != "goal" && !is_number {
            at(field, "said-number");
        }
    }
    if kind == TargetKind::Webhook {
        if settings.on && before.webhook.is_none() {
            at("on", "said-sale-no-webhook");
        }
        return wrong;
    }
    let has_token = before.get(kind).is_some_and(|old| old.token.is_some());
    match &new.token {
        None if settings.on && !has_token => at("token", "said-empty"),
        Some(token) => {
            let text = token.expose_secret();
            if text.len() > MOST_TOKEN || !text.bytes().all(|sign| sign.is_ascii_graphic()) {
                at("token", "said-sale-value");
            }
        }
        None => {}
    }
    wrong
}
