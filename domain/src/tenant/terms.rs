//! How long an account keeps the texts of its messages.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::{Body, Content, Direction, Person, Role};
use entity::tenant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::tenant::TenantContext;

/// Upper limit; texts are also never kept longer than the messages themselves.
const MOST_DAYS: u32 = 90;

/// The largest number of days that an account may choose.
pub fn most_days(app: &TenantContext) -> u32 {
    MOST_DAYS.min(app.config.retention.messages_days)
}

/// For how many days an account keeps its texts.
pub fn texts_days(app: &TenantContext, tenant: &tenant::Model) -> u32 {
    super::retention(&app.config.retention, tenant).texts_days
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
    tenant::Entity::update_many()
        .col_expr(tenant::Column::TextsDays, Expr::value(days))
        .col_expr(tenant::Column::TextsDaysAt, Expr::value(app.clock.millis()))
        .filter(tenant::Column::TenantId.eq(tenant_id))
        .exec(app.store.write())
        .await?;
    app.lookup.forget();
    Ok(())
}
