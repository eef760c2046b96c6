//! The language of an account.

use base::config::{Integrations, Platform};
use base::i18n::{Language, Words};
use entity::tenant;

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
