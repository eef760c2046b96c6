//! The two brands of the CRM.

use serde::Deserialize;

/// The brand that an integration is registered with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    Amocrm,
    Kommo,
}

impl Platform {
    /// The brand's name.
    pub const fn brand(self) -> &'static str {
        match self {
            Self::Amocrm => "amoCRM",
            Self::Kommo => "Kommo",
        }
    }

    /// Host suffixes of the brand's accounts.
    pub fn account_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Amocrm => &["amocrm.ru"],
            Self::Kommo => &["kommo.com", "amocrm.com"],
        }
    }

    pub(super) fn consent_url(self) -> &'static str {
        match self {
            Self::Amocrm => "https://www.amocrm.ru/oauth",
            Self::Kommo => "https://www.kommo.com/oauth",
        }
    }

    pub(super) fn amojo_url(self) -> &'static str {
        match self {
            Self::Amocrm => "https://amojo.amocrm.ru",
            Self::Kommo => "https://amojo.kommo.com",
        }
    }
}
