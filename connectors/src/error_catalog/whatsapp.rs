//! WhatsApp's refusals (whatsapp §15), matched by code: answers, statuses and reports about a number use the same
//! codes.

use base::message::FailureCode::{Internal, RecipientUnreachable, Rejected, SourceDisconnected, WindowClosed};

use super::Fix::{Document, NoQuote, OneLine};
use super::RefusalClass::{Done, Pause, Permanent, Resend, Transient, Unknown};
use super::{CatalogEntry, ErrorCatalog};

/// What WhatsApp's Cloud API refuses, and why.
pub const WHATSAPP: ErrorCatalog = ErrorCatalog { kind: "whatsapp", rows: ROWS, defaults: DEFAULTS };

const ROWS: &[CatalogEntry] = rows! { "whatsapp":
    "w1" 131_047..=131_047 => Permanent, Some(WindowClosed),
        "24-hour window closed, and not a template";
    "w2" 131_026..=131_026 => Permanent, Some(RecipientUnreachable),
        "not on WhatsApp, old app, terms not accepted, or blocked";
    "w3" 131_049..=131_049 => Permanent, Some(Rejected),
        "marketing limit of this person";
    "w4" 131_050..=131_050 => Permanent, Some(Rejected),
        "person stopped marketing messages";
    "w5" 130_472..=130_472 => Permanent, Some(Rejected),
        "Meta's experiment holds marketing back";
    "w6" 131_056..=131_056 => Transient, Some(Internal),
        "too many messages to one person";
    "w7" 130_429..=130_429 => Transient, Some(Internal),
        "throughput of the number";
    "w8" 80_007..=80_007 => Transient, Some(Internal),
        "rate limit of the business account";
    "w9" 4..=4 => Transient, Some(Internal),
        "rate limit of the app";
    "w10" 131_048..=131_048 => Pause, Some(Rejected),
        "low quality, many blocks";
    "w11" 131_016..=131_016 => Transient, Some(Internal),
        "overload on their side";
    "w12" 131_000..=131_000 => Transient, Some(Internal),
        "unknown on their side";
    "w13" 1..=1 => Transient, Some(Internal),
        "bad request or their fault";
    "w14" 2..=2 => Transient, Some(Internal),
        "down or overloaded";
    "w15" 133_004..=133_004 => Transient, Some(Internal),
        "registration service down";
    "w16" 131_057..=131_057 => Transient, Some(Internal),
        "throughput upgrade, about a minute";
    "w17" 0..=0 => Pause, Some(SourceDisconnected),
        "code 0: token not valid for this user";
    "w18" 190..=190 => Pause, Some(SourceDisconnected),
        "token expired or revoked";
    "w19" 3..=3 => Pause, Some(SourceDisconnected),
        "no capability or permission";
    "w20" 10..=10 => Pause, Some(SourceDisconnected),
        "permission removed";
    "w21" 200..=299 => Pause, Some(SourceDisconnected),
        "permission removed";
    "w22" 131_005..=131_005 => Pause, Some(SourceDisconnected),
        "permission for this number missing";
    "w23" 33..=33 => Pause, Some(SourceDisconnected),
        "business number deleted";
    "w24" 100..=100 => Permanent, Some(Rejected),
        "unknown id or field, or no access to the object";
    "w25" 131_008..=131_008 => Permanent, Some(Rejected),
        "request is incomplete";
    "w26" 131_009..=131_009 => Resend(NoQuote), Some(Rejected),
        "value refused: number, length, id of a deleted quote";
    "w27" 131_021..=131_021 => Permanent, Some(RecipientUnreachable),
        "writing to oneself";
    "w28" 131_030..=131_030 => Permanent, Some(RecipientUnreachable),
        "test number, recipient not on its list";
    "w29" 131_031..=131_031 => Pause, Some(SourceDisconnected),
        "policy violation or wrong PIN";
    "w30" 368..=368 => Pause, Some(SourceDisconnected),
        "account restricted";
    "w31" 130_497..=130_497 => Permanent, Some(Rejected),
        "country rule";
    "w32" 131_037..=131_037 => Pause, Some(SourceDisconnected),
        "name of the number not approved";
    "w33" 131_042..=131_042 => Pause, Some(SourceDisconnected),
        "no payment method, or its limit reached";
    "w34" 131_045..=131_045 => Pause, Some(SourceDisconnected),
        "registration of the number failed";
    "w35" 133_010..=133_010 => Pause, Some(SourceDisconnected),
        "not registered with the Cloud API";
    "w36" 133_005..=133_005 => Pause, None,
        "wrong PIN at registration";
    "w37" 133_006..=133_006 => Pause, None,
        "verify before registering";
    "w38" 133_008..=133_009 => Transient, None,
        "too many PIN tries, or too fast";
    "w39" 133_015..=133_015 => Transient, None,
        "number deleted a moment ago";
    "w40" 133_016..=133_016 => Transient, None,
        "10 registrations in 72 hours used up";
    "w41" 131_051..=131_051 => Permanent, Some(Rejected),
        "kind not supported";
    "w42" 131_052..=131_052 => Permanent, None,
        "Meta could not take the client's file";
    "w43" 131_053..=131_053 => Resend(Document), Some(Rejected),
        "type, size or content of a file refused";
    "w44" 131_055..=131_055 => Permanent, Some(Rejected),
        "wrong API for this message";
    "w45" 131_060..=131_060 => Permanent, None,
        "content withheld, first message in coexistence";
    "w46" 131_062..=131_062 => Permanent, Some(Rejected),
        "business-scoped id used where a phone is needed";
    "w47" 132_000..=132_000 => Permanent, Some(Rejected),
        "other number of template values";
    "w48" 132_001..=132_001 => Permanent, Some(Rejected),
        "template not approved, or other name or language";
    "w49" 132_005..=132_005 => Permanent, Some(Rejected),
        "template's text over the limit after filling in";
    "w50" 132_007..=132_007 => Resend(OneLine), Some(Rejected),
        "line break, tab or many spaces in a template value";
    "w51" 132_012..=132_012 => Permanent, Some(Rejected),
        "text where a template expects a file, or the like";
    "w52" 132_015..=132_015 => Permanent, Some(Rejected),
        "template paused for low quality";
    "w53" 132_016..=132_016 => Permanent, Some(Rejected),
        "template paused too often";
    "w54" 132_068..=132_069 => Permanent, Some(Rejected),
        "template's form blocked or throttled";
    "w55" 134_101..=134_101 => Transient, Some(Rejected),
        "template created less than 10 minutes ago";
    "w56" 134_102..=134_102 => Permanent, Some(Rejected),
        "account not eligible for the template";
    "w57" 135_000..=135_000 => Permanent, Some(Rejected),
        "unknown fault in the request";
    "w58" 2_388_019..=2_388_019 => Permanent, None,
        "template limit of the account reached";
    "w59" 2_388_293..=2_388_293 => Permanent, None,
        "too many variables for the text of a template";
    "w60" 2_388_299..=2_388_299 => Permanent, None,
        "variable at the start or end of a template";
    "w61" 2_593_109..=2_593_109 => Done, None,
        "owner does not share the history";
    "w62" 0..=0 => Permanent, None,
        "sent, and not delivered for 30 days";
    "w63" 0..=0 => Unknown, Some(Rejected),
        "outcome unknown until a status names the message";
};

const DEFAULTS: &[CatalogEntry] = rows! { "whatsapp":
    "401" 401..=401 => Pause, Some(SourceDisconnected),
        "refused without Meta's words: token not accepted";
    "429" 429..=429 => Transient, Some(Internal),
        "refused without Meta's words: rate limit";
    "5xx" 500..=599 => Transient, Some(Internal),
        "any other failure of the server";
    "other" 1..=4_294_967_295 => Permanent, Some(Rejected),
        "anything that is not listed";
};
