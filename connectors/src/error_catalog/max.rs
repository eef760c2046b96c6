//! MAX's refusals (max §10). A row is matched by the HTTP status, and by code and message as one text.

use base::message::FailureCode::{Internal, RecipientBlocked, RecipientUnreachable, Rejected, SourceDisconnected};

use super::Fix::{ButtonsAsText, Bytes, Document, NoQuote, OneByOne, Plain, Shorter};
use super::RefusalClass::{Pause, Permanent, Resend, Transient, Unknown};
use super::{CatalogEntry, ErrorCatalog};

/// What MAX's Bot API refuses, and why.
pub const MAX: ErrorCatalog = ErrorCatalog { kind: "max", rows: ROWS, defaults: DEFAULTS };

const ROWS: &[CatalogEntry] = rows! { "max":
    "m1" 401..=403 ["verify.token"] => Pause, Some(SourceDisconnected),
        "token revoked or wrong";
    "m2" 403..=403 ["dialog.suspended"] => Permanent, Some(RecipientBlocked),
        "the customer stopped the bot, or the bot waits for moderation";
    "m3" 403..=403 ["chat.denied"] => Permanent, Some(RecipientBlocked),
        "the bot is not in the chat or may not write there";
    "m4" 400..=404 ["dialog.not.found", "dialog.notfound"] => Permanent, Some(RecipientUnreachable),
        "the customer never started the bot";
    "m5" 400..=404 ["chat.not.found", "chat not found", "user.not.found", "user not found"]
        => Permanent, Some(RecipientUnreachable),
        "no such chat or person";
    "m6" 400..=404 ["attachment.not.ready", "not.processed"] => Transient, Some(Internal),
        "the file is still processed";
    "m7" 400..=400 ["'text' size", "errors.text.too"] => Resend(Shorter), Some(Rejected),
        "text over 4000 characters";
    "m8" 400..=400 ["button", "keyboard"] => Resend(ButtonsAsText), Some(Rejected),
        "a button or its link does not fit";
    "m9" 400..=400 ["only one file attachment"] => Resend(OneByOne), Some(Rejected),
        "several files in one message";
    "m10" 400..=404 ["invalid message_id", "message.not.found"] => Resend(NoQuote), Some(Rejected),
        "the quoted or changed message is gone";
    "m11" 400..=404 ["token provided", "invalid token", "attachment.not.found"] => Resend(Bytes), Some(Rejected),
        "the token of an upload is not known any more";
    "m12" 400..=422 ["file extension", "not.supported", "unsupported"] => Resend(Document), Some(Rejected),
        "a format that this type does not take";
    "m13" 400..=400 ["errors.required", "text is required"] => Permanent, Some(Rejected),
        "an empty message";
    "m14" 400..=400 ["contact", "location", "latitude", "vcf"] => Resend(Plain), Some(Rejected),
        "a card or a place does not fit";
    "m15" 200..=400 ["too old", "be edited"] => Permanent, None,
        "sent more than seven days ago, or by somebody else";
    "m16" 413..=413 [] => Permanent, Some(Rejected),
        "the file is too large";
    "m17" 401..=401 [] => Pause, Some(SourceDisconnected),
        "token revoked or wrong";
    "m18" 405..=405 [] => Permanent, Some(Rejected),
        "the method is not allowed for now";
    "m19" 429..=429 [] => Transient, Some(Internal),
        "over 30 requests a second";
    "m20" 502..=504 [] => Transient, Some(Internal),
        "network, their gateway or maintenance";
    "m21" 0..=0 [] => Pause, Some(SourceDisconnected),
        "another service has the webhook";
    "m22" 0..=0 [] => Unknown, Some(Rejected),
        "outcome unknown";
};

const DEFAULTS: &[CatalogEntry] = rows! { "max":
    "403" 403..=403 [] => Permanent, Some(RecipientBlocked),
        "403 that is not listed";
    "404" 404..=404 [] => Permanent, Some(RecipientUnreachable),
        "404 that is not listed";
    "400" 200..=428 [] => Permanent, Some(Rejected),
        "any other refusal, also in a 200";
    "5xx" 500..=599 [] => Transient, Some(Internal),
        "any other failure of the server";
};

#[cfg(test)]
mod tests;
