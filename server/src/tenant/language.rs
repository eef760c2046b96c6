//! The language of an account.

use base::config::{Integrations, Platform};
use base::i18n::Language;
use entity::tenant;

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
