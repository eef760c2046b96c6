//! Avito's refusals (avito §9). Its documentation lists codes, but no texts.

use base::message::FailureCode::{Internal, RecipientUnreachable, Rejected, SourceDisconnected};

use super::RefusalClass::{Pause, Permanent, Transient, Unknown};
use super::{CatalogEntry, ErrorCatalog};

/// What Avito's API refuses, and why.
pub const AVITO: ErrorCatalog = ErrorCatalog { kind: "avito", rows: ROWS, defaults: DEFAULTS };

const ROWS: &[CatalogEntry] = rows! { "avito":
    "a1" 401..=401 ["invalid_grant"] => Pause, Some(SourceDisconnected),
        "the seller took the application's access back";
    "a2" 401..=401 [] => Pause, Some(SourceDisconnected),
        "client id or secret is wrong or was replaced";
    "a3" 402..=402 [] => Pause, Some(SourceDisconnected),
        "the subscription level does not include the messenger's API";
    "a4" 403..=403 [] => Pause, Some(SourceDisconnected),
        "the level is lost, a right is missing, or the account is blocked";
    "a5" 404..=404 [] => Permanent, Some(RecipientUnreachable),
        "the chat is gone, or never was";
    "a6" 413..=415 [] => Permanent, Some(Rejected),
        "the file is too large or of another format";
    "a7" 429..=429 [] => Transient, Some(Internal),
        "more calls in a minute than Avito allows";
    "a8" 0..=0 [] => Permanent, Some(Rejected),
        "an empty text";
    "a9" 0..=0 [] => Unknown, Some(Rejected),
        "outcome unknown";
};

const DEFAULTS: &[CatalogEntry] = rows! { "avito":
    "400" 400..=400 [] => Permanent, Some(Rejected),
        "Avito did not accept the request";
    "5xx" 500..=599 [] => Transient, Some(Internal),
        "a failure of the server";
    "4xx" 405..=499 [] => Permanent, Some(Rejected),
        "any other refusal";
};
