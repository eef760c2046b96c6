//! Refusals of Meta's Graph API for Instagram and Messenger (instagram-and-facebook §17). A code is Graph's code; the
//! subcode is appended to the text as `#<number>`.

use base::message::FailureCode::{
    Internal, RecipientBlocked, RecipientUnreachable, Rejected, SourceDisconnected, WindowClosed,
};

use super::Fix::{Bytes, NoQuote, Shorter};
use super::RefusalClass::{Pause, Permanent, Resend, Transient};
use super::{CatalogEntry, ErrorCatalog};

/// The catalog of one network; the two differ only in their texts.
macro_rules! catalog {
    ($kind:literal) => {{
        const ROWS: &[CatalogEntry] = rows! { $kind:
            "window" 10..=10 ["#2018278", "#2534022", "outside of allowed window"] => Permanent, Some(WindowClosed),
                "no message of the customer in 24 hours, or in 7 days for people";
            "not_receiving" 10..=10 ["#2018108"] => Permanent, Some(RecipientBlocked),
                "the person does not receive messages from this account";
            "blocked_by_person" 551..=551 [] => Permanent, Some(RecipientBlocked),
                "the person blocked the account or left";
            "unavailable" 200..=200 ["#1545041"] => Permanent, Some(RecipientBlocked),
                "the same in another form";
            "unknown_person" 100..=100 ["#2018001", "no matching user"] => Permanent, Some(RecipientUnreachable),
                "an id of another account, or nobody's; also: a business cannot write first";
            "answered" 10900..=10900 [] => Permanent, Some(Rejected),
                "a comment gets one private reply";
            "not_privately" 10903..=10903 [] => Permanent, Some(Rejected),
                "the comment is older than 7 days, its broadcast is over, or it is the account's own";
            "gone" 100..=100 ["#33"] => Permanent, Some(Rejected),
                "the comment, post or message was deleted, or the token may not see it";
            "too_long" 100..=100 ["length of param message[text]"] => Resend(Shorter), Some(Rejected),
                "Meta counts the text longer than Parom";
            "too_large" 100..=100 ["#2018109"] => Resend(Bytes), Some(Rejected),
                "the file is over its limit";
            "not_taken" 100..=100 ["#2018047", "#2018008", "#2018074", "payload][url]"] => Resend(Bytes), Some(Rejected),
                "Meta cannot read the file, or not fetch it";
            "quote" 100..=100 ["reply_to", "#2018300"] => Resend(NoQuote), None,
                "the quoted message is gone";
            "token" 190..=190 [] => Pause, Some(SourceDisconnected),
                "the token ended, or its owner changed the password or removed the app";
            "session" 102..=104 [] => Pause, Some(SourceDisconnected),
                "there is no token, or its session is over";
            "permission" 10..=10 [] => Pause, Some(SourceDisconnected),
                "a permission was taken away or never granted";
            "permissions" 200..=299 [] => Pause, Some(SourceDisconnected),
                "the same for one kind of call";
            "restricted" 368..=368 [] => Pause, Some(SourceDisconnected),
                "Meta blocks the account for a while for its behaviour";
            "app_rate" 4..=4 [] => Transient, Some(Internal),
                "the app's limit of calls";
            "user_rate" 9..=17 [] => Transient, Some(Internal),
                "the account's limit of actions";
            "page_rate" 32..=32 [] => Transient, Some(Internal),
                "the page's limit of calls";
            "rate" 613..=613 [] => Transient, Some(Internal),
                "the limit of this call";
            "use_case_rate" 80000..=80014 [] => Transient, Some(Internal),
                "the limit of the use case";
            "temporary" 1..=2 [] => Transient, Some(Internal),
                "Meta's own trouble";
            "unsent" 1200..=1200 [] => Transient, Some(Internal),
                "a temporary failure of sending";
            "empty" 0..=0 [] => Permanent, Some(Rejected),
                "nothing but spaces";
        };
        const DEFAULTS: &[CatalogEntry] = rows! { $kind:
            "busy" 429..=429 [] => Transient, Some(Internal),
                "too many calls, said by a gateway";
            "server" 500..=504 [] => Transient, Some(Internal),
                "Meta's gateway";
            "parameter" 100..=100 [] => Permanent, Some(Rejected),
                "a parameter that is not listed";
            "other" 0..=4294967295 [] => Permanent, Some(Rejected),
                "any other refusal";
        };
        ErrorCatalog { kind: $kind, rows: ROWS, defaults: DEFAULTS }
    }};
}

/// What Messenger refuses, and why.
pub const FACEBOOK: ErrorCatalog = catalog!("facebook");

/// What Instagram refuses, and why.
pub const INSTAGRAM: ErrorCatalog = catalog!("instagram");
