//! The country of an account, for phone numbers that are written without one.

use base::config::{Integrations, Platform};
use base::phone::Country;
use entity::tenant;
use sea_orm::DbErr;
use uuid::Uuid;

use super::TenantContext;

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
