//! Apps, WhatsApp Business Accounts, numbers, and access rights.

use std::collections::{BTreeMap, BTreeSet};

/// A webhook address, and the token of its handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Override {
    pub(crate) url: String,
    pub(crate) verify_token: String,
}

/// A Meta app.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    /// The app's only callback, set after its handshake.
    pub(crate) callback: Option<Override>,
    /// The fields of `whatsapp_business_account` that it receives.
    pub(crate) fields: BTreeSet<String>,
    /// "Require app secret proof" is on.
    pub(crate) wants_proof: bool,
}

/// A WhatsApp Business Account.
#[derive(Clone, Debug)]
pub(crate) struct Waba {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Subscribed apps, each with the address that overrides its callback.
    pub(crate) subscribed: BTreeMap<String, Option<Override>>,
    /// The code with which sending is refused: 131031 or 368.
    pub(crate) locked_by: Option<i64>,
    /// Without a payment method templates fail (131042).
    pub(crate) pays: bool,
    pub(crate) template_limit: usize,
    /// Names of deleted approved templates, with the time until which they are reserved.
    pub(crate) locked_names: BTreeMap<(String, String), i64>,
    /// `APPROVED`, `PENDING`, `REJECTED`.
    pub(crate) review_status: String,
}

/// A business phone number.
#[derive(Clone, Debug)]
pub(crate) struct Phone {
    pub(crate) id: String,
    pub(crate) waba: String,
    pub(crate) display: String,
    /// Digits only.
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) quality: String,
    pub(crate) limit: String,
    pub(crate) status: String,
    pub(crate) code_status: String,
    pub(crate) name_status: String,
    /// `CLOUD_API` once registered.
    pub(crate) platform: String,
    pub(crate) pin: Option<String>,
    /// Times of register and deregister, in milliseconds.
    pub(crate) registrations: Vec<i64>,
    pub(crate) wrong_pins: usize,
    /// Coexistence: it stays in the phone app.
    pub(crate) is_on_biz_app: bool,
    /// When it was connected, in milliseconds: `smb_app_data` can be called for a day.
    pub(crate) connected_at: i64,
    pub(crate) synced: BTreeSet<String>,
    pub(crate) shares_history: bool,
    /// The owner's address book: full name, first name, person.
    pub(crate) book: Vec<(String, String, i64)>,
    /// By app: overrides the addresses of the WABA and the app.
    pub(crate) overrides: BTreeMap<String, Override>,
    /// A throughput upgrade is in progress: 131057.
    pub(crate) is_in_maintenance: bool,
    /// For a test number: the only numbers (digits) it can write to.
    pub(crate) allowed: Option<BTreeSet<String>>,
    pub(crate) profile: serde_json::Map<String, serde_json::Value>,
    pub(crate) pending_code: Option<String>,
}

/// The rights of an access token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) app: String,
    pub(crate) wabas: BTreeSet<String>,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) issued_at: i64,
    /// Milliseconds; `None` means that it never expires.
    pub(crate) expires_at: Option<i64>,
    pub(crate) is_revoked: bool,
    pub(crate) kind: &'static str,
}

/// A code of Embedded Signup.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) app: String,
    pub(crate) wabas: BTreeSet<String>,
    pub(crate) expires_at: i64,
    pub(crate) is_used: bool,
    /// The address to which the dialog sent it; the exchange must contain the same. Codes of the JavaScript SDK have
    /// none.
    pub(crate) redirect_uri: Option<String>,
}

/// A validated token: its app, and the accounts it has access to.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) app: String,
    /// `None` for the app's own token, which has access only to the app.
    pub(crate) wabas: Option<BTreeSet<String>>,
    pub(crate) scopes: BTreeSet<String>,
}

impl Grant {
    pub(crate) fn reaches(&self, waba: &str) -> bool {
        self.wabas.as_ref().is_some_and(|wabas| wabas.contains(waba))
    }

    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }
}
