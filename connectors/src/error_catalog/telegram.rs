//! Telegram's refusals (telegram §17). Their texts are a constant in capitals or English prose after a prefix, so they
//! are matched by case-insensitive substrings.

use base::message::FailureCode::{
    Internal, RecipientBlocked, RecipientUnreachable, Rejected, SourceDisconnected, WindowClosed,
};

use super::Fix::{
    Audio, ButtonsAsText, Bytes, CaptionApart, Document, NewChat, NoQuote, NoTopic, OneByOne, Plain, Shorter,
};
use super::RefusalClass::{Done, Pause, Permanent, Resend, Transient, Unknown};
use super::{CatalogEntry, ErrorCatalog};

/// What Telegram's Bot API refuses, and why.
pub const TELEGRAM: ErrorCatalog = ErrorCatalog { kind: "telegram", rows: ROWS, defaults: DEFAULTS };

const ROWS: &[CatalogEntry] = rows! { "telegram":
    "t1" 403..=403 ["bot was blocked by the user"] => Permanent, Some(RecipientBlocked),
        "client pressed Stop/Block";
    "t2" 403..=403 ["user is deactivated"] => Permanent, Some(RecipientBlocked),
        "account deleted or frozen";
    "t3" 403..=403 ["bot can't initiate conversation"] => Permanent, Some(RecipientUnreachable),
        "client never pressed Start";
    "t5" 400..=400 ["private chat not found"] => Permanent, Some(RecipientUnreachable),
        "user unknown to the bot";
    "t4" 400..=400 ["chat not found"] => Permanent, Some(RecipientUnreachable),
        "never started, wrong id, or a business chat without its connection id";
    "t6" 400..=400 ["PEER_ID_INVALID"] => Permanent, Some(RecipientUnreachable),
        "old form of the same";
    "t7" 403..=403 ["bot was kicked from the"] => Permanent, Some(RecipientBlocked),
        "removed from the group";
    "t8" 403..=403 ["bot is not a member of the"] => Permanent, Some(RecipientBlocked),
        "not in the group";
    "t9" 403..=403 ["the group chat was deleted"] => Permanent, Some(RecipientBlocked),
        "group deleted";
    "t10" 403..=403 ["bot can't send messages to bots"] => Permanent, Some(RecipientUnreachable),
        "other side is a bot";
    "t11" 400..=400 ["group chat was upgraded to a supergroup chat"] => Resend(NewChat), None,
        "group id changed";
    "t12" 400..=400 ["not enough rights to send"] => Permanent, Some(Rejected),
        "group forbids this kind to the bot";
    "t13" 400..=400 ["CHAT_WRITE_FORBIDDEN"] => Permanent, Some(Rejected),
        "the same, older form";
    "t14" 400..=400 ["CHAT_RESTRICTED"] => Permanent, Some(Rejected),
        "chat restricted by Telegram";
    "t15" 400..=400 ["message thread not found", "TOPIC_CLOSED"] => Resend(NoTopic), Some(Rejected),
        "topic deleted or closed";
    "t16" 400..=400 ["message is too long", "MESSAGE_TOO_LONG"] => Resend(Shorter), Some(Rejected),
        "over 4096 characters, splitting missing";
    "t17" 400..=400 ["message caption is too long", "MEDIA_CAPTION_TOO_LONG"] => Resend(CaptionApart), Some(Rejected),
        "caption over 1024";
    "t18" 400..=400 ["message text is empty", "must be non-empty"] => Permanent, Some(Rejected),
        "only spaces, or nothing left after parsing";
    "t19" 400..=400 ["can't parse entities"] => Resend(Plain), Some(Rejected),
        "parse_mode with unescaped text";
    "t20" 400..=400 ["message to be replied not found"] => Resend(NoQuote), None,
        "quoted message deleted";
    "t21" 400..=400 ["QUOTE_TEXT_INVALID"] => Resend(NoQuote), None,
        "quote is not a part of the original";
    "t22" 400..=400 ["wrong file identifier/HTTP URL specified", "wrong HTTP URL specified"]
        => Resend(Bytes), Some(Rejected),
        "bad URL given to Telegram";
    "t23" 400..=400 ["failed to get HTTP URL content"] => Resend(Bytes), Some(Rejected),
        "Telegram could not download in time or over 20 MB";
    "t24" 400..=400 ["wrong type of the web page content"] => Resend(Document), Some(Rejected),
        "MIME type does not fit the method";
    "t25" 400..=400 ["wrong remote file identifier specified"] => Resend(Bytes), Some(Rejected),
        "file_id of another bot";
    "t26" 400..=400 ["wrong file_id or the file is temporarily unavailable"] => Transient, None,
        "getFile failed on their side";
    "t27" 400..=400 ["file is too big"] => Permanent, None,
        "getFile over 20 MB";
    "t28" 413..=413 [] => Permanent, Some(Rejected),
        "upload over 50 MB";
    "t29" 400..=400 ["PHOTO_INVALID_DIMENSIONS"] => Resend(Document), Some(Rejected),
        "width + height over 10000 or ratio over 20";
    "t30" 400..=400 ["IMAGE_PROCESS_FAILED"] => Resend(Document), Some(Rejected),
        "broken or unusual image";
    "t31" 400..=400 ["VOICE_MESSAGES_FORBIDDEN"] => Resend(Audio), Some(Rejected),
        "client forbids voice and round video";
    "t32" 400..=400 ["can't use the media of the specified type in the album"] => Resend(OneByOne), None,
        "documents mixed with photos";
    "t33" 400..=400 ["BUTTON_DATA_INVALID"] => Permanent, Some(Rejected),
        "callback_data over 64 bytes";
    "t34" 400..=400 ["BUTTON_URL_INVALID", "inline keyboard button URL"] => Resend(ButtonsAsText), Some(Rejected),
        "bad link in a button";
    "t35" 400..=400 ["reply markup is too long"] => Resend(ButtonsAsText), Some(Rejected),
        "too many buttons";
    "t36" 400..=400 ["REACTION_INVALID"] => Done, None,
        "emoji not allowed in this chat";
    "t37" 400..=400 ["message is not modified"] => Done, None,
        "same content again";
    "t38" 400..=400 ["message can't be edited"] => Permanent, None,
        "not ours, or too old in a business chat";
    "t39" 400..=400 ["message to edit not found", "message to delete not found"] => Done, None,
        "already gone";
    "t40" 400..=400 ["message can't be deleted"] => Permanent, None,
        "over 48 h or no right";
    "t41" 400..=400 ["query is too old"] => Done, None,
        "answerCallbackQuery too late";
    "t42" 400..=400 ["business connection not found"] => Permanent, Some(SourceDisconnected),
        "owner switched the bot off";
    "t43" 400..=400 ["BUSINESS_PEER_USAGE_MISSING"] => Permanent, Some(WindowClosed),
        "no message of the client in the last 24 h";
    "t44" 400..=400 ["BUSINESS_PEER_INVALID"] => Permanent, Some(Rejected),
        "chat not among the ones the owner opened to the bot, or chat_id is the owner";
    "t45" 400..=400 ["FROZEN_METHOD_INVALID"] => Pause, Some(SourceDisconnected),
        "Telegram froze the account";
    "t46" 401..=401 [] => Pause, Some(SourceDisconnected),
        "token revoked or wrong";
    "t47" 404..=404 [] => Pause, Some(SourceDisconnected),
        "token of a wrong form or unknown method";
    "t48" 421..=421 [] => Pause, Some(SourceDisconnected),
        "local Bot API server refuses this bot";
    "t49" 409..=409 [] => Pause, Some(SourceDisconnected),
        "another program uses the token";
    "t50" 0..=0 [] => Pause, Some(SourceDisconnected),
        "another program set its webhook";
    "t51" 400..=400 ["bad webhook", "invalid webhook URL specified"] => Pause, None,
        "our public address is not reachable or not HTTPS";
    "t52" 429..=429 [] => Transient, Some(Internal),
        "flood control of a chat or bot";
    "t53" 500..=500 ["restart"] => Transient, Some(Internal),
        "their server restarts";
    "t54" 500..=500 ["sent message was immediately deleted"] => Permanent, Some(Rejected),
        "deleted by a group bot at once";
    "t55" 502..=504 [] => Transient, Some(Internal),
        "network or their gateway";
    "t56" 0..=0 [] => Unknown, Some(Rejected),
        "outcome unknown";
};

const DEFAULTS: &[CatalogEntry] = rows! { "telegram":
    "403" 403..=403 [] => Permanent, Some(RecipientBlocked),
        "403 that is not listed";
    "400" 400..=400 [] => Permanent, Some(Rejected),
        "400 that is not listed";
    "5xx" 500..=599 [] => Transient, Some(Internal),
        "any other failure of the server";
};
