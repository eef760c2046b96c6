//! Writes the notices about everything due in an account: one a recipient and channel, and of notifications one a browser, in
//! one commit with the alerts' next due times, so that none is lost and none is written twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use base::due;
use base::i18n::{CRM, Language, Words};
use base::store::{VENDOR, in_transaction};
use chrono::TimeDelta;
use entity::alert::{self, Column};
use entity::{alert_notice, tenant};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    UpdateMany,
};
use uuid::Uuid;

use super::notice::{Channel, NoticeTexts};
use super::readers::{self, Reader};
use super::sections::{AlertContext, Section};
use super::{AlertNoticeContext, push, webhook};
use crate::identity::mail;
use crate::tenant as tenants;

/// Everything that the notices of one account share.
struct NoticeWriter<'notices> {
    app: &'notices AlertNoticeContext,
    tenant_id: Uuid,
    tenant: Option<&'notices tenant::Model>,
    crm: &'static str,
    claimed: &'notices [Claimed],
    /// Which of the alerts have a recipient.
    notified: Vec<bool>,
    /// The texts about some of the alerts, which recipients of one language share.
    sections: HashMap<(Language, Vec<usize>), Vec<Section>>,
    rows: Vec<alert_notice::Model>,
}

/// Who gets a notice, and on which channel.
struct Recipient<'reader> {
    channel: Channel,
    person_id: Uuid,
    address: &'reader str,
    /// One notice for each: browsers, for notifications.
    devices: Vec<Option<Uuid>>,
}

/// Returns the number of notices.
pub(super) async fn notices(
    app: &AlertNoticeContext,
    tenant_id: Uuid,
    due: Vec<alert::Model>,
) -> anyhow::Result<usize> {
    let claimed = claim(app, tenant_id, due).await?;
    if claimed.is_empty() {
        return Ok(0);
    }
    let tenant = if tenant_id == VENDOR { None } else { tenants::load(app.store.read(), tenant_id).await? };
    let integration = tenant.as_ref().and_then(|tenant| app.integrations.named(&tenant.integration));
    let crm = integration.map_or(CRM, |integration| integration.platform.brand());
    let mut writer = NoticeWriter {
        app,
        tenant_id,
        tenant: tenant.as_ref(),
        crm,
        claimed: &claimed,
        notified: vec![false; claimed.len()],
        sections: HashMap::new(),
        rows: Vec::new(),
    };
    for reader in readers::all(app.store.read(), tenant_id).await? {
        for channel in Channel::OF_PEOPLE.into_iter().filter(|channel| is_on(app, *channel)) {
            writer.person(&reader, channel).await?;
        }
    }
    writer.program().await?;
    writer.store().await
}

/// Whether the vendor has set a channel up.
pub fn is_on(app: &AlertNoticeContext, channel: Channel) -> bool {
    match channel {
        Channel::Email => mail::is_on(&app.identity),
        Channel::Chat => app.bot.is_some(),
        Channel::Push => push::is_on(app),
        Channel::Webhook => true,
    }
}

impl NoticeWriter<'_> {
    async fn person(&mut self, reader: &Reader, channel: Channel) -> anyhow::Result<()> {
        let language = Language::of_code(&reader.person.language).unwrap_or(Language::En);
        let words = match self.tenant {
            Some(tenant) => tenants::words_in(&self.app.integrations, tenant, language),
            None => Words::new(language),
        };
        let wanted: Vec<usize> = self.wanted(|kind| reader.wants(channel, kind));
        let devices = match channel {
            Channel::Push => reader.devices.iter().map(|device| Some(device.id)).collect(),
            Channel::Email | Channel::Chat | Channel::Webhook => vec![None],
        };
        let to = Recipient { channel, person_id: reader.person.id, address: reader.address(), devices };
        self.add(to, words, wanted).await
    }

    async fn program(&mut self) -> anyhow::Result<()> {
        let Some(tenant) = self.tenant else { return Ok(()) };
        let Some(row) = webhook::of(self.app, self.tenant_id).await? else { return Ok(()) };
        let words = tenants::words(&self.app.integrations, tenant);
        let without: Vec<String> = serde_json::from_str(&row.without).unwrap_or_default();
        let wanted = self.wanted(|kind| !without.iter().any(|without| without == kind));
        let to = Recipient { channel: Channel::Webhook, person_id: Uuid::nil(), address: "", devices: vec![None] };
        self.add(to, words, wanted).await
    }

    fn wanted(&self, wants: impl Fn(&str) -> bool) -> Vec<usize> {
        let places = self.claimed.iter().enumerate();
        places.filter(|(_, claim)| wants(&claim.alert.kind)).map(|(place, _)| place).collect()
    }

    async fn add(&mut self, to: Recipient<'_>, words: Words, wanted: Vec<usize>) -> anyhow::Result<()> {
        if wanted.is_empty() {
            return Ok(());
        }
        let about = AlertContext { app: self.app, tenant: self.tenant, crm: self.crm, words };
        let sections = match self.sections.entry((words.language(), wanted.clone())) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => {
                let alerts: Vec<&alert::Model> =
                    wanted.iter().filter_map(|place| self.claimed.get(*place)).map(|claim| &claim.alert).collect();
                new.insert(about.sections(&alerts).await?).clone()
            }
        };
        let subject = match sections.as_slice() {
            [only] => only.subject.clone(),
            several => {
                let key = if self.tenant.is_some() { "alert-several-subject" } else { "alert-several-vendor" };
                words.text(key).with("account", about.account()).with("count", several.len()).to_string()
            }
        };
        let (key, path) =
            if self.tenant.is_some() { ("alert-why", "/panel/alerts") } else { ("alert-why-vendor", "/admin/alerts") };
        let url = format!("{}{path}", self.app.public_url());
        let why =
            words.text(key).with("account", about.account()).with("email", to.address).with("url", url).to_string();
        let now = self.app.clock.millis();
        let mut notice = NoticeTexts { subject, sections, why, device_id: None };
        for device_id in to.devices {
            notice.device_id = device_id;
            self.rows.push(alert_notice::Model {
                tenant_id: self.tenant_id,
                id: self.app.clock.uuid_v7(),
                channel: to.channel.as_str().to_owned(),
                person_id: to.person_id,
                body: serde_json::to_string(&notice)?,
                created_at: now,
                next_try_at: now,
                tries: 0,
            });
        }
        for place in wanted {
            if let Some(notified) = self.notified.get_mut(place) {
                *notified = true;
            }
        }
        Ok(())
    }

    async fn store(self) -> anyhow::Result<usize> {
        let (now, count) = (self.app.clock.millis(), self.rows.len());
        in_transaction(&self.app.store, async |tx| {
            for row in self.rows {
                alert_notice::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
            }
            for (claim, notified) in self.claimed.iter().zip(&self.notified) {
                if *notified { claim.notified(tx, now).await? } else { claim.unwanted(tx, now).await? }
            }
            Ok::<_, sea_orm::DbErr>(())
        })
        .await?;
        Ok(count)
    }
}

// Only one of several instances writes the notices of an alert: it is claimed by one conditional update of its
// `letter_at`.

/// Duration of a claim; what an instance that died did not write is written then.
const CLAIMED: TimeDelta = TimeDelta::minutes(10);
/// Interval between two notices of an account.
const PAUSE: TimeDelta = TimeDelta::minutes(10);
/// Time before the reminder of an alert that is still open.
const AGAIN: TimeDelta = TimeDelta::hours(4);
/// Notices about one alert, without the closing one.
const MOST: i32 = 2;

/// An alert whose notices this instance writes.
pub(super) struct Claimed {
    pub alert: alert::Model,
    until: i64,
}

fn row(alert: &alert::Model) -> UpdateMany<alert::Entity> {
    alert::Entity::update_of(alert.tenant_id).filter(Column::Key.eq(alert.key.as_str()))
}

/// Claims what is due. Nothing if the account had a notice recently: the alerts wait and join later ones.
pub(super) async fn claim(
    app: &AlertNoticeContext,
    tenant_id: Uuid,
    due: Vec<alert::Model>,
) -> Result<Vec<Claimed>, DbErr> {
    let now = app.clock.millis();
    let last =
        last_letter(app, tenant_id).await?.map(|last| last + PAUSE.num_milliseconds()).filter(|free| *free > now);
    let mut claimed = Vec::new();
    for alert in due {
        let until = last.unwrap_or(now + CLAIMED.num_milliseconds());
        if !due::claim(&app.store, &alert, Column::LetterAt, until).await? || last.is_some() {
            continue;
        }
        let claim = Claimed { alert, until };
        if claim.is_wanted(now) { claimed.push(claim) } else { claim.next(app.store.write(), None).await? }
    }
    Ok(claimed)
}

async fn last_letter(app: &AlertNoticeContext, tenant_id: Uuid) -> Result<Option<i64>, DbErr> {
    let last = alert::Entity::of_tenant(tenant_id)
        .filter(Column::LetteredAt.is_not_null())
        .order_by_desc(Column::LetteredAt)
        .limit(1)
        .one(app.store.read())
        .await?;
    Ok(last.and_then(|alert| alert.lettered_at))
}

impl Claimed {
    fn is_wanted(&self, now: i64) -> bool {
        let unmuted = self.alert.muted_until.is_some_and(|until| until <= now);
        self.alert.resolved_at.is_some() || unmuted || self.alert.letters < MOST
    }

    /// Records that its notices are written.
    pub async fn notified(&self, db: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
        row(&self.alert)
            .col_expr(Column::Letters, Expr::col(Column::Letters).add(1))
            .col_expr(Column::LetteredAt, Expr::value(Some(now)))
            .col_expr(Column::MutedUntil, Expr::value(Option::<i64>::None))
            .filter(Column::OpenedAt.eq(self.alert.opened_at))
            .exec(db)
            .await?;
        let open = self.alert.resolved_at.is_none();
        self.next(db, (open && self.alert.letters + 1 < MOST).then_some(now + AGAIN.num_milliseconds())).await?;
        if open {
            // Resolved since it was claimed: its readers get the closing notice too.
            row(&self.alert)
                .col_expr(Column::LetterAt, Expr::value(Some(now)))
                .filter(Column::OpenedAt.eq(self.alert.opened_at))
                .filter(Column::ResolvedAt.is_not_null())
                .filter(Column::LetterAt.is_null())
                .exec(db)
                .await?;
        }
        Ok(())
    }

    /// Records that it has no readers. While it is open it is looked at again: a person may switch a channel on.
    pub async fn unwanted(&self, db: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
        self.next(db, self.alert.resolved_at.is_none().then_some(now + AGAIN.num_milliseconds())).await
    }

    /// Sets its next due time, unless a person or the cause itself changed it meanwhile.
    async fn next(&self, db: &impl ConnectionTrait, at: Option<i64>) -> Result<(), DbErr> {
        let at: SimpleExpr = Expr::value(at);
        row(&self.alert).col_expr(Column::LetterAt, at).filter(Column::LetterAt.eq(self.until)).exec(db).await?;
        Ok(())
    }
}
