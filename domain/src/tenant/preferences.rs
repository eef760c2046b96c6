//! The language of an account.

use base::config::{Integrations, OwnDays, Platform, Retention};
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, Words};
use base::message::{Body, Content, Direction, Person, Role};
use base::phone::Country;
use entity::tenant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::TenantContext;

/// The texts that the account reads: in its language, with its integration's name for the service.
pub fn words(integrations: &Integrations, tenant: &tenant::Model) -> Words {
    words_in(integrations, tenant, language(integrations, tenant))
}

/// The texts that a person of the account reads in another language.
pub fn words_in(integrations: &Integrations, tenant: &tenant::Model, language: Language) -> Words {
    Words::named(language, integrations.named(&tenant.integration).and_then(|one| one.product()))
}

/// The account's own language if amoCRM reported a supported one, else its platform's.
pub fn language(integrations: &Integrations, tenant: &tenant::Model) -> Language {
    Language::of_code(&tenant.language).unwrap_or_else(|| {
        let platform = integrations.named(&tenant.integration).map(|integration| integration.platform);
        match platform {
            Some(Platform::Amocrm) => Language::Ru,
            Some(Platform::Kommo) | None => Language::En,
        }
    })
}

// The country of an account, for phone numbers that are written without one.

/// The country that amoCRM reported, else the one in which nearly all accounts of the platform are.
pub fn country(integrations: &Integrations, tenant: &tenant::Model) -> Option<Country> {
    Country::of_code(&tenant.country).or_else(|| match integrations.named(&tenant.integration)?.platform {
        Platform::Amocrm => Country::of_code("RU"),
        Platform::Kommo => None,
    })
}

/// [`country`] of an account by its id.
pub async fn country_of(app: &TenantContext, tenant_id: Uuid) -> Result<Option<Country>, DbErr> {
    let tenant = app.lookup.tenant(tenant_id).await?;
    Ok(tenant.and_then(|tenant| country(&app.integrations, &tenant)))
}

// How long an account keeps the texts of its messages.

/// Upper limit; texts are also never kept longer than the messages themselves.
const MOST_DAYS: u32 = 90;

/// The largest number of days that an account may choose.
pub fn most_days(app: &TenantContext) -> u32 {
    MOST_DAYS.min(app.config.retention.messages_days)
}

/// For how many days an account keeps its texts.
pub fn texts_days(app: &TenantContext, tenant: &tenant::Model) -> u32 {
    retention(&app.config.retention, tenant).texts_days
}

/// Whether texts and files of a message are erased as soon as it is delivered.
pub fn keeps_no_texts(tenant: &tenant::Model) -> bool {
    tenant.texts_days == Some(0)
}

/// The body of a message whose text is kept no longer.
pub fn emptied(direction: Direction) -> Body {
    let role = if direction == Direction::ToCrm { Role::Client } else { Role::Manager };
    let sender = Person { role, ..Person::default() };
    Body { expired: true, ..Body::new(sender, Content::Text { text: String::new() }) }
}

/// 422 for a number of days above [`most_days`], with the name of its field.
pub fn check_texts_days(app: &TenantContext, field: &'static str, days: Option<u32>) -> Result<()> {
    let most = most_days(app);
    if days.is_some_and(|days| days > most) {
        return Err(Error::field(field, LocalizedText::new("said-texts-days").with("most", most)));
    }
    Ok(())
}

/// Sets the number of days; none for the configured number, 0 to keep no texts. 422 above [`most_days`]. Older texts
/// are deleted in the next round of retention.
pub async fn keep_texts(app: &TenantContext, tenant_id: Uuid, days: Option<u32>) -> Result<()> {
    check_texts_days(app, "/days", days)?;
    let days = days.and_then(|days| i32::try_from(days).ok());
    tenant::Entity::update_of(tenant_id)
        .col_expr(tenant::Column::TextsDays, Expr::value(days))
        .col_expr(tenant::Column::TextsDaysAt, Expr::value(app.clock.millis()))
        .exec(app.store.write())
        .await?;
    app.lookup.forget();
    Ok(())
}

// How long an account keeps what is not a text, if the vendor chose fewer days for it than are configured for all. Ids and
// messages without their texts have no days of their own: order and the recognition of repeats depend on them.

/// Days to set: `None` keeps a number, `Some(None)` returns to the configured one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptChange {
    pub hooks: Option<Option<u32>>,
    pub attempts: Option<Option<u32>>,
    pub undelivered: Option<Option<u32>>,
    pub audit: Option<Option<u32>>,
}

impl KeptChange {
    /// Pointer of the field, column, the days to set, and the most that are allowed.
    fn fields(self, most: &Retention) -> [(&'static str, Column, Option<Option<u32>>, u32); 4] {
        [
            ("/hooks_days", Column::HooksDays, self.hooks, most.hooks_days),
            ("/attempts_days", Column::AttemptsDays, self.attempts, most.attempts_days),
            ("/undelivered_days", Column::UndeliveredDays, self.undelivered, most.undelivered_days),
            ("/audit_days", Column::AuditDays, self.audit, most.audit_days),
        ]
    }

    /// 422 for more days than are configured, or for none.
    pub fn check(self, configured: &Retention) -> Result<()> {
        match self.first_wrong(configured) {
            Some((field, most)) => Err(Error::field(field, LocalizedText::new("said-kept-days").with("most", most))),
            None => Ok(()),
        }
    }

    /// The first number that [`KeptChange::check`] refuses, by the name of its field here.
    pub fn wrong(self, configured: &Retention) -> Option<&'static str> {
        let (field, _) = self.first_wrong(configured)?;
        field.strip_prefix('/')?.strip_suffix("_days")
    }

    fn first_wrong(self, configured: &Retention) -> Option<(&'static str, u32)> {
        let all = self.fields(configured).into_iter();
        let wrong = all.filter(|(_, _, days, most)| days.flatten().is_some_and(|days| !(1..=*most).contains(&days)));
        wrong.map(|(field, _, _, most)| (field, most)).next()
    }
}

/// Sets the days of an account; returns them for the audit log, none if nothing was named. What is older is deleted in the
/// next round of retention.
pub async fn keep(app: &TenantContext, tenant_id: Uuid, change: KeptChange) -> Result<Option<Value>> {
    change.check(&app.config.retention)?;
    if change == KeptChange::default() {
        return Ok(None);
    }
    let mut update = tenant::Entity::update_many();
    let mut detail = serde_json::Map::new();
    for (field, column, days, _) in change.fields(&app.config.retention) {
        let Some(days) = days else { continue };
        update = update.col_expr(column, Expr::value(days.and_then(|days| i32::try_from(days).ok())));
        detail.insert(field.trim_start_matches('/').to_owned(), json!(days));
    }
    update.filter(Column::TenantId.eq(tenant_id)).exec(app.store.write()).await?;
    app.lookup.forget();
    Ok(Some(Value::Object(detail)))
}

/// What counts for an account: [`Retention::of_account`].
pub fn retention(configured: &Retention, tenant: &tenant::Model) -> Retention {
    configured.of_account(OwnDays {
        hooks: tenant.hooks_days,
        attempts: tenant.attempts_days,
        undelivered: tenant.undelivered_days,
        audit: tenant.audit_days,
        texts: tenant.texts_days,
    })
}
