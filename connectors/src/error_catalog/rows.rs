//! The refusals of every messenger, in the order in which they are tried.

use base::message::FailureCode::{
    Internal, RecipientBlocked, RecipientUnreachable, Rejected, SourceDisconnected, WindowClosed,
};

use super::Fix::{
    Audio, ButtonsAsText, Bytes, CaptionApart, Document, NewChat, NoQuote, NoTopic, OneByOne, OneLine, Plain, Shorter,
};
use super::RefusalClass::{Done, Pause, Permanent, Resend, Transient, Unknown};
use super::{CatalogEntry, ErrorCatalog};

// Telegram's refusals (telegram §17). Their texts are a constant in capitals or English prose after a prefix, so they
// are matched by case-insensitive substrings.

/// What Telegram's Bot API refuses, and why.
pub const TELEGRAM: ErrorCatalog = ErrorCatalog { kind: "telegram", rows: TELEGRAM_ROWS, defaults: TELEGRAM_DEFAULTS };

const TELEGRAM_ROWS: &[CatalogEntry] = rows! { "telegram":
    "t1" 403..=403 ["bot was blocked by the user"] => Permanent, Some(RecipientBlocked), "client pressed Stop/Block";
    "t2" 403..=403 ["user is deactivated"] => Permanent, Some(RecipientBlocked), "account deleted or frozen";
    "t3" 403..=403 ["bot can't initiate conversation"] => Permanent, Some(RecipientUnreachable),
        "client never pressed Start";
    "t5" 400..=400 ["private chat not found"] => Permanent, Some(RecipientUnreachable), "user unknown to the bot";
    "t4" 400..=400 ["chat not found"] => Permanent, Some(RecipientUnreachable),
        "never started, wrong id, or a business chat without its connection id";
    "t6" 400..=400 ["PEER_ID_INVALID"] => Permanent, Some(RecipientUnreachable), "old form of the same";
    "t7" 403..=403 ["bot was kicked from the"] => Permanent, Some(RecipientBlocked), "removed from the group";
    "t8" 403..=403 ["bot is not a member of the"] => Permanent, Some(RecipientBlocked), "not in the group";
    "t9" 403..=403 ["the group chat was deleted"] => Permanent, Some(RecipientBlocked), "group deleted";
    "t10" 403..=403 ["bot can't send messages to bots"] => Permanent, Some(RecipientUnreachable), "other side is a bot";
    "t11" 400..=400 ["group chat was upgraded to a supergroup chat"] => Resend(NewChat), None, "group id changed";
    "t12" 400..=400 ["not enough rights to send"] => Permanent, Some(Rejected), "group forbids this kind to the bot";
    "t13" 400..=400 ["CHAT_WRITE_FORBIDDEN"] => Permanent, Some(Rejected), "the same, older form";
    "t14" 400..=400 ["CHAT_RESTRICTED"] => Permanent, Some(Rejected), "chat restricted by Telegram";
    "t15" 400..=400 ["message thread not found", "TOPIC_CLOSED"] => Resend(NoTopic), Some(Rejected),
        "topic deleted or closed";
    "t16" 400..=400 ["message is too long", "MESSAGE_TOO_LONG"] => Resend(Shorter), Some(Rejected),
        "over 4096 characters, splitting missing";
    "t17" 400..=400 ["message caption is too long", "MEDIA_CAPTION_TOO_LONG"] => Resend(CaptionApart), Some(Rejected),
        "caption over 1024";
    "t18" 400..=400 ["message text is empty", "must be non-empty"] => Permanent, Some(Rejected),
        "only spaces, or nothing left after parsing";
    "t19" 400..=400 ["can't parse entities"] => Resend(Plain), Some(Rejected), "parse_mode with unescaped text";
    "t20" 400..=400 ["message to be replied not found"] => Resend(NoQuote), None, "quoted message deleted";
    "t21" 400..=400 ["QUOTE_TEXT_INVALID"] => Resend(NoQuote), None, "quote is not a part of the original";
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
    "t27" 400..=400 ["file is too big"] => Permanent, None, "getFile over 20 MB";
    "t28" 413..=413 [] => Permanent, Some(Rejected), "upload over 50 MB";
    "t29" 400..=400 ["PHOTO_INVALID_DIMENSIONS"] => Resend(Document), Some(Rejected),
        "width + height over 10000 or ratio over 20";
    "t30" 400..=400 ["IMAGE_PROCESS_FAILED"] => Resend(Document), Some(Rejected), "broken or unusual image";
    "t31" 400..=400 ["VOICE_MESSAGES_FORBIDDEN"] => Resend(Audio), Some(Rejected),
        "client forbids voice and round video";
    "t32" 400..=400 ["can't use the media of the specified type in the album"] => Resend(OneByOne), None,
        "documents mixed with photos";
    "t33" 400..=400 ["BUTTON_DATA_INVALID"] => Permanent, Some(Rejected), "callback_data over 64 bytes";
    "t34" 400..=400 ["BUTTON_URL_INVALID", "inline keyboard button URL"] => Resend(ButtonsAsText), Some(Rejected),
        "bad link in a button";
    "t35" 400..=400 ["reply markup is too long"] => Resend(ButtonsAsText), Some(Rejected), "too many buttons";
    "t36" 400..=400 ["REACTION_INVALID"] => Done, None, "emoji not allowed in this chat";
    "t37" 400..=400 ["message is not modified"] => Done, None, "same content again";
    "t38" 400..=400 ["message can't be edited"] => Permanent, None, "not ours, or too old in a business chat";
    "t39" 400..=400 ["message to edit not found", "message to delete not found"] => Done, None, "already gone";
    "t40" 400..=400 ["message can't be deleted"] => Permanent, None, "over 48 h or no right";
    "t41" 400..=400 ["query is too old"] => Done, None, "answerCallbackQuery too late";
    "t42" 400..=400 ["business connection not found"] => Permanent, Some(SourceDisconnected),
        "owner switched the bot off";
    "t43" 400..=400 ["BUSINESS_PEER_USAGE_MISSING"] => Permanent, Some(WindowClosed),
        "no message of the client in the last 24 h";
    "t44" 400..=400 ["BUSINESS_PEER_INVALID"] => Permanent, Some(Rejected),
        "chat not among the ones the owner opened to the bot, or chat_id is the owner";
    "t45" 400..=400 ["FROZEN_METHOD_INVALID"] => Pause, Some(SourceDisconnected), "Telegram froze the account";
    "t46" 401..=401 [] => Pause, Some(SourceDisconnected), "token revoked or wrong";
    "t47" 404..=404 [] => Pause, Some(SourceDisconnected), "token of a wrong form or unknown method";
    "t48" 421..=421 [] => Pause, Some(SourceDisconnected), "local Bot API server refuses this bot";
    "t49" 409..=409 [] => Pause, Some(SourceDisconnected), "another program uses the token";
    "t50" 0..=0 [] => Pause, Some(SourceDisconnected), "another program set its webhook";
    "t51" 400..=400 ["bad webhook", "invalid webhook URL specified"] => Pause, None,
        "our public address is not reachable or not HTTPS";
    "t52" 429..=429 [] => Transient, Some(Internal), "flood control of a chat or bot";
    "t53" 500..=500 ["restart"] => Transient, Some(Internal), "their server restarts";
    "t54" 500..=500 ["sent message was immediately deleted"] => Permanent, Some(Rejected),
        "deleted by a group bot at once";
    "t55" 502..=504 [] => Transient, Some(Internal), "network or their gateway";
    "t56" 0..=0 [] => Unknown, Some(Rejected), "outcome unknown";
};

const TELEGRAM_DEFAULTS: &[CatalogEntry] = rows! { "telegram":
    "403" 403..=403 [] => Permanent, Some(RecipientBlocked), "403 that is not listed";
    "400" 400..=400 [] => Permanent, Some(Rejected), "400 that is not listed";
    "5xx" 500..=599 [] => Transient, Some(Internal), "any other failure of the server";
};

// WhatsApp's refusals (whatsapp §15), matched by code: answers, statuses and reports about a number use the same
// codes.

/// What WhatsApp's Cloud API refuses, and why.
pub const WHATSAPP: ErrorCatalog = ErrorCatalog { kind: "whatsapp", rows: WHATSAPP_ROWS, defaults: WHATSAPP_DEFAULTS };

const WHATSAPP_ROWS: &[CatalogEntry] = rows! { "whatsapp":
    "w1" 131_047..=131_047 => Permanent, Some(WindowClosed), "24-hour window closed, and not a template";
    "w2" 131_026..=131_026 => Permanent, Some(RecipientUnreachable),
        "not on WhatsApp, old app, terms not accepted, or blocked";
    "w3" 131_049..=131_049 => Permanent, Some(Rejected), "marketing limit of this person";
    "w4" 131_050..=131_050 => Permanent, Some(Rejected), "person stopped marketing messages";
    "w5" 130_472..=130_472 => Permanent, Some(Rejected), "Meta's experiment holds marketing back";
    "w6" 131_056..=131_056 => Transient, Some(Internal), "too many messages to one person";
    "w7" 130_429..=130_429 => Transient, Some(Internal), "throughput of the number";
    "w8" 80_007..=80_007 => Transient, Some(Internal), "rate limit of the business account";
    "w9" 4..=4 => Transient, Some(Internal), "rate limit of the app";
    "w10" 131_048..=131_048 => Pause, Some(Rejected), "low quality, many blocks";
    "w11" 131_016..=131_016 => Transient, Some(Internal), "overload on their side";
    "w12" 131_000..=131_000 => Transient, Some(Internal), "unknown on their side";
    "w13" 1..=1 => Transient, Some(Internal), "bad request or their fault";
    "w14" 2..=2 => Transient, Some(Internal), "down or overloaded";
    "w15" 133_004..=133_004 => Transient, Some(Internal), "registration service down";
    "w16" 131_057..=131_057 => Transient, Some(Internal), "throughput upgrade, about a minute";
    "w17" 0..=0 => Pause, Some(SourceDisconnected), "code 0: token not valid for this user";
    "w18" 190..=190 => Pause, Some(SourceDisconnected), "token expired or revoked";
    "w19" 3..=3 => Pause, Some(SourceDisconnected), "no capability or permission";
    "w20" 10..=10 => Pause, Some(SourceDisconnected), "permission removed";
    "w21" 200..=299 => Pause, Some(SourceDisconnected), "permission removed";
    "w22" 131_005..=131_005 => Pause, Some(SourceDisconnected), "permission for this number missing";
    "w23" 33..=33 => Pause, Some(SourceDisconnected), "business number deleted";
    "w24" 100..=100 => Permanent, Some(Rejected), "unknown id or field, or no access to the object";
    "w25" 131_008..=131_008 => Permanent, Some(Rejected), "request is incomplete";
    "w26" 131_009..=131_009 => Resend(NoQuote), Some(Rejected), "value refused: number, length, id of a deleted quote";
    "w27" 131_021..=131_021 => Permanent, Some(RecipientUnreachable), "writing to oneself";
    "w28" 131_030..=131_030 => Permanent, Some(RecipientUnreachable), "test number, recipient not on its list";
    "w29" 131_031..=131_031 => Pause, Some(SourceDisconnected), "policy violation or wrong PIN";
    "w30" 368..=368 => Pause, Some(SourceDisconnected), "account restricted";
    "w31" 130_497..=130_497 => Permanent, Some(Rejected), "country rule";
    "w32" 131_037..=131_037 => Pause, Some(SourceDisconnected), "name of the number not approved";
    "w33" 131_042..=131_042 => Pause, Some(SourceDisconnected), "no payment method, or its limit reached";
    "w34" 131_045..=131_045 => Pause, Some(SourceDisconnected), "registration of the number failed";
    "w35" 133_010..=133_010 => Pause, Some(SourceDisconnected), "not registered with the Cloud API";
    "w36" 133_005..=133_005 => Pause, None, "wrong PIN at registration";
    "w37" 133_006..=133_006 => Pause, None, "verify before registering";
    "w38" 133_008..=133_009 => Transient, None, "too many PIN tries, or too fast";
    "w39" 133_015..=133_015 => Transient, None, "number deleted a moment ago";
    "w40" 133_016..=133_016 => Transient, None, "10 registrations in 72 hours used up";
    "w41" 131_051..=131_051 => Permanent, Some(Rejected), "kind not supported";
    "w42" 131_052..=131_052 => Permanent, None, "Meta could not take the client's file";
    "w43" 131_053..=131_053 => Resend(Document), Some(Rejected), "type, size or content of a file refused";
    "w44" 131_055..=131_055 => Permanent, Some(Rejected), "wrong API for this message";
    "w45" 131_060..=131_060 => Permanent, None, "content withheld, first message in coexistence";
    "w46" 131_062..=131_062 => Permanent, Some(Rejected), "business-scoped id used where a phone is needed";
    "w47" 132_000..=132_000 => Permanent, Some(Rejected), "other number of template values";
    "w48" 132_001..=132_001 => Permanent, Some(Rejected), "template not approved, or other name or language";
    "w49" 132_005..=132_005 => Permanent, Some(Rejected), "template's text over the limit after filling in";
    "w50" 132_007..=132_007 => Resend(OneLine), Some(Rejected), "line break, tab or many spaces in a template value";
    "w51" 132_012..=132_012 => Permanent, Some(Rejected), "text where a template expects a file, or the like";
    "w52" 132_015..=132_015 => Permanent, Some(Rejected), "template paused for low quality";
    "w53" 132_016..=132_016 => Permanent, Some(Rejected), "template paused too often";
    "w54" 132_068..=132_069 => Permanent, Some(Rejected), "template's form blocked or throttled";
    "w55" 134_101..=134_101 => Transient, Some(Rejected), "template created less than 10 minutes ago";
    "w56" 134_102..=134_102 => Permanent, Some(Rejected), "account not eligible for the template";
    "w57" 135_000..=135_000 => Permanent, Some(Rejected), "unknown fault in the request";
    "w58" 2_388_019..=2_388_019 => Permanent, None, "template limit of the account reached";
    "w59" 2_388_293..=2_388_293 => Permanent, None, "too many variables for the text of a template";
    "w60" 2_388_299..=2_388_299 => Permanent, None, "variable at the start or end of a template";
    "w61" 2_593_109..=2_593_109 => Done, None, "owner does not share the history";
    "w62" 0..=0 => Permanent, None, "sent, and not delivered for 30 days";
    "w63" 0..=0 => Unknown, Some(Rejected), "outcome unknown until a status names the message";
};

const WHATSAPP_DEFAULTS: &[CatalogEntry] = rows! { "whatsapp":
    "401" 401..=401 => Pause, Some(SourceDisconnected), "refused without Meta's words: token not accepted";
    "429" 429..=429 => Transient, Some(Internal), "refused without Meta's words: rate limit";
    "5xx" 500..=599 => Transient, Some(Internal), "any other failure of the server";
    "other" 1..=4_294_967_295 => Permanent, Some(Rejected), "anything that is not listed";
};

// VK's refusals (vk §13), matched by `error_code`; the text distinguishes errors that share a code.

/// What VK's API refuses, and why.
pub const VK: ErrorCatalog = ErrorCatalog { kind: "vk", rows: VK_ROWS, defaults: VK_DEFAULTS };

const VK_ROWS: &[CatalogEntry] = rows! { "vk":
    "1" 1..=1 [] => Transient, Some(Internal), "unknown error of VK's";
    "5" 4..=5 [] => Pause, Some(SourceDisconnected), "token deleted, or of another community";
    "6" 6..=6 [] => Transient, Some(Internal), "more than 20 calls a second with one token";
    "7" 7..=7 [] => Pause, Some(SourceDisconnected), "token without a right, or messages are off";
    "9" 9..=9 [] => Transient, Some(Internal), "too many equal actions";
    "10" 10..=10 [] => Transient, Some(Internal), "error of VK's server";
    "14" 14..=14 [] => Transient, Some(Internal), "VK asks for a captcha";
    "15m" 15..=15 ["messages are disabled", "group messages"] => Pause, Some(SourceDisconnected),
        "community messages are switched off";
    "15" 15..=15 [] => Pause, Some(SourceDisconnected), "token without a right";
    "18" 18..=18 [] => Permanent, Some(RecipientBlocked), "account deleted or blocked by VK";
    "27m" 27..=27 ["method is unavailable"] => Permanent, Some(Rejected),
        "method for people's tokens alone: answers to comments on photos, videos and goods";
    "27" 27..=28 [] => Pause, Some(SourceDisconnected), "token deleted or not a community's";
    "29" 29..=29 [] => Transient, Some(Internal), "daily limit of a method";
    "30" 30..=30 [] => Permanent, Some(RecipientUnreachable), "private profile";
    "100q" 100..=100 ["reply", "forward"] => Resend(NoQuote), Some(Rejected), "quoted message is gone";
    "100a" 100..=100 ["attachment"] => Resend(Bytes), Some(Rejected), "attachment is gone or not ours";
    "100r" 100..=100 ["reaction_id"] => Done, None, "no such reaction";
    "100" 100..=100 [] => Permanent, Some(Rejected), "a parameter is missing or wrong, or the message is empty";
    "105" 105..=105 [] => Resend(Document), Some(Rejected), "file could not be kept";
    "129" 118..=129 [] => Resend(Document), Some(Rejected), "uploaded picture could not be kept";
    "212" 210..=213 [] => Permanent, Some(Rejected), "comments are closed, or the comment is gone";
    "222" 222..=222 [] => Permanent, Some(Rejected), "links are forbidden in comments";
    "223" 223..=223 [] => Transient, Some(Internal), "too many comments";
    "900" 900..=900 [] => Permanent, Some(Rejected), "customer is on the community's blacklist";
    "901" 901..=901 [] => Permanent, Some(RecipientUnreachable), "customer did not allow messages, or forbade them";
    "902" 902..=902 [] => Permanent, Some(RecipientUnreachable), "customer's privacy settings";
    "909" 909..=909 [] => Permanent, Some(Rejected), "edit after more than 24 hours";
    "911" 911..=911 [] => Resend(ButtonsAsText), Some(Rejected), "buttons do not fit VK's rules";
    "912" 912..=912 [] => Resend(ButtonsAsText), Some(Rejected), "bot features are off in the community";
    "913" 913..=913 [] => Resend(NoQuote), Some(Rejected), "too many forwarded messages";
    "914" 910..=914 [] => Permanent, Some(Rejected), "text over 9000 characters, or too large";
    "917" 917..=917 [] => Permanent, Some(RecipientUnreachable), "community is not in the group chat";
    "920" 920..=920 [] => Permanent, Some(Rejected), "this kind of message cannot be changed";
    "921" 921..=921 [] => Resend(NoQuote), Some(Rejected), "quoted message cannot be quoted";
    "922" 922..=922 [] => Permanent, Some(RecipientUnreachable), "community left the group chat";
    "925" 925..=925 [] => Permanent, Some(Rejected), "community is no admin of the group chat";
    "927" 927..=927 [] => Permanent, Some(RecipientUnreachable), "group chat does not exist";
    "932" 932..=932 [] => Permanent, Some(RecipientUnreachable), "community may not write to this peer";
    "936" 936..=936 [] => Permanent, Some(RecipientUnreachable), "no such person";
    "940" 940..=940 [] => Permanent, Some(Rejected), "too many posts in a message";
    "944" 943..=944 [] => Permanent, Some(Rejected), "limit of notifications";
    "945" 945..=946 [] => Permanent, Some(RecipientUnreachable), "group chat is switched off";
    "950" 950..=950 [] => Permanent, Some(WindowClosed), "time to answer is over";
    "962" 962..=962 [] => Permanent, Some(RecipientUnreachable), "chat for subscribers alone";
    "969" 969..=969 [] => Resend(NoQuote), Some(Rejected), "message cannot be forwarded";
    "983" 979..=988 [] => Permanent, Some(Rejected), "chat takes no messages, or waits for consent";
    "1009" 1009..=1011 [] => Done, None, "reaction unknown, switched off, or too many";
    "1012" 1012..=1012 [] => Permanent, Some(RecipientUnreachable), "writing is switched off in the group chat";
    "upload" 0..=0 [] => Resend(Document), Some(Rejected), "upload server did not take the file";
    "unknown" 0..=0 [] => Unknown, Some(Rejected), "outcome unknown";
};

const VK_DEFAULTS: &[CatalogEntry] = rows! { "vk":
    "other" 2..=99999 [] => Permanent, Some(Rejected), "any other refusal";
};

// MAX's refusals (max §10). A row is matched by the HTTP status, and by code and message as one text.

/// What MAX's Bot API refuses, and why.
pub const MAX: ErrorCatalog = ErrorCatalog { kind: "max", rows: MAX_ROWS, defaults: MAX_DEFAULTS };

const MAX_ROWS: &[CatalogEntry] = rows! { "max":
    "m1" 401..=403 ["verify.token"] => Pause, Some(SourceDisconnected), "token revoked or wrong";
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
    "m7" 400..=400 ["'text' size", "errors.text.too"] => Resend(Shorter), Some(Rejected), "text over 4000 characters";
    "m8" 400..=400 ["button", "keyboard"] => Resend(ButtonsAsText), Some(Rejected), "a button or its link does not fit";
    "m9" 400..=400 ["only one file attachment"] => Resend(OneByOne), Some(Rejected), "several files in one message";
    "m10" 400..=404 ["invalid message_id", "message.not.found"] => Resend(NoQuote), Some(Rejected),
        "the quoted or changed message is gone";
    "m11" 400..=404 ["token provided", "invalid token", "attachment.not.found"] => Resend(Bytes), Some(Rejected),
        "the token of an upload is not known any more";
    "m12" 400..=422 ["file extension", "not.supported", "unsupported"] => Resend(Document), Some(Rejected),
        "a format that this type does not take";
    "m13" 400..=400 ["errors.required", "text is required"] => Permanent, Some(Rejected), "an empty message";
    "m14" 400..=400 ["contact", "location", "latitude", "vcf"] => Resend(Plain), Some(Rejected),
        "a card or a place does not fit";
    "m15" 200..=400 ["too old", "be edited"] => Permanent, None, "sent more than seven days ago, or by somebody else";
    "m16" 413..=413 [] => Permanent, Some(Rejected), "the file is too large";
    "m17" 401..=401 [] => Pause, Some(SourceDisconnected), "token revoked or wrong";
    "m18" 405..=405 [] => Permanent, Some(Rejected), "the method is not allowed for now";
    "m19" 429..=429 [] => Transient, Some(Internal), "over 30 requests a second";
    "m20" 502..=504 [] => Transient, Some(Internal), "network, their gateway or maintenance";
    "m21" 0..=0 [] => Pause, Some(SourceDisconnected), "another service has the webhook";
    "m22" 0..=0 [] => Unknown, Some(Rejected), "outcome unknown";
};

const MAX_DEFAULTS: &[CatalogEntry] = rows! { "max":
    "403" 403..=403 [] => Permanent, Some(RecipientBlocked), "403 that is not listed";
    "404" 404..=404 [] => Permanent, Some(RecipientUnreachable), "404 that is not listed";
    "400" 200..=428 [] => Permanent, Some(Rejected), "any other refusal, also in a 200";
    "5xx" 500..=599 [] => Transient, Some(Internal), "any other failure of the server";
};

// Avito's refusals (avito §9). Its documentation lists codes, but no texts.

/// What Avito's API refuses, and why.
pub const AVITO: ErrorCatalog = ErrorCatalog { kind: "avito", rows: AVITO_ROWS, defaults: AVITO_DEFAULTS };

const AVITO_ROWS: &[CatalogEntry] = rows! { "avito":
    "a1" 401..=401 ["invalid_grant"] => Pause, Some(SourceDisconnected),
        "the seller took the application's access back";
    "a2" 401..=401 [] => Pause, Some(SourceDisconnected), "client id or secret is wrong or was replaced";
    "a3" 402..=402 [] => Pause, Some(SourceDisconnected), "the subscription level does not include the messenger's API";
    "a4" 403..=403 [] => Pause, Some(SourceDisconnected),
        "the level is lost, a right is missing, or the account is blocked";
    "a5" 404..=404 [] => Permanent, Some(RecipientUnreachable), "the chat is gone, or never was";
    "a6" 413..=415 [] => Permanent, Some(Rejected), "the file is too large or of another format";
    "a7" 429..=429 [] => Transient, Some(Internal), "more calls in a minute than Avito allows";
    "a8" 0..=0 [] => Permanent, Some(Rejected), "an empty text";
    "a9" 0..=0 [] => Unknown, Some(Rejected), "outcome unknown";
};

const AVITO_DEFAULTS: &[CatalogEntry] = rows! { "avito":
    "400" 400..=400 [] => Permanent, Some(Rejected), "Avito did not accept the request";
    "5xx" 500..=599 [] => Transient, Some(Internal), "a failure of the server";
    "4xx" 405..=499 [] => Permanent, Some(Rejected), "any other refusal";
};

// Refusals of Meta's Graph API for Instagram and Messenger (instagram-and-facebook §17). A code is Graph's code; the
// subcode is appended to the text as `#<number>`.

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
            "unavailable" 200..=200 ["#1545041"] => Permanent, Some(RecipientBlocked), "the same in another form";
            "unknown_person" 100..=100 ["#2018001", "no matching user"] => Permanent, Some(RecipientUnreachable),
                "an id of another account, or nobody's; also: a business cannot write first";
            "answered" 10900..=10900 [] => Permanent, Some(Rejected), "a comment gets one private reply";
            "not_privately" 10903..=10903 [] => Permanent, Some(Rejected),
                "the comment is older than 7 days, its broadcast is over, or it is the account's own";
            "gone" 100..=100 ["#33"] => Permanent, Some(Rejected),
                "the comment, post or message was deleted, or the token may not see it";
            "too_long" 100..=100 ["length of param message[text]"] => Resend(Shorter), Some(Rejected),
                "Meta counts the text longer than Parom";
            "too_large" 100..=100 ["#2018109"] => Resend(Bytes), Some(Rejected), "the file is over its limit";
            "not_taken" 100..=100 ["#2018047", "#2018008", "#2018074", "payload][url]"] => Resend(Bytes), Some(Rejected),
                "Meta cannot read the file, or not fetch it";
            "quote" 100..=100 ["reply_to", "#2018300"] => Resend(NoQuote), None, "the quoted message is gone";
            "token" 190..=190 [] => Pause, Some(SourceDisconnected),
                "the token ended, or its owner changed the password or removed the app";
            "session" 102..=104 [] => Pause, Some(SourceDisconnected), "there is no token, or its session is over";
            "permission" 10..=10 [] => Pause, Some(SourceDisconnected), "a permission was taken away or never granted";
            "permissions" 200..=299 [] => Pause, Some(SourceDisconnected), "the same for one kind of call";
            "restricted" 368..=368 [] => Pause, Some(SourceDisconnected),
                "Meta blocks the account for a while for its behaviour";
            "app_rate" 4..=4 [] => Transient, Some(Internal), "the app's limit of calls";
            "user_rate" 9..=17 [] => Transient, Some(Internal), "the account's limit of actions";
            "page_rate" 32..=32 [] => Transient, Some(Internal), "the page's limit of calls";
            "rate" 613..=613 [] => Transient, Some(Internal), "the limit of this call";
            "use_case_rate" 80000..=80014 [] => Transient, Some(Internal), "the limit of the use case";
            "temporary" 1..=2 [] => Transient, Some(Internal), "Meta's own trouble";
            "unsent" 1200..=1200 [] => Transient, Some(Internal), "a temporary failure of sending";
            "empty" 0..=0 [] => Permanent, Some(Rejected), "nothing but spaces";
        };
        const DEFAULTS: &[CatalogEntry] = rows! { $kind:
            "busy" 429..=429 [] => Transient, Some(Internal), "too many calls, said by a gateway";
            "server" 500..=504 [] => Transient, Some(Internal), "Meta's gateway";
            "parameter" 100..=100 [] => Permanent, Some(Rejected), "a parameter that is not listed";
            "other" 0..=4294967295 [] => Permanent, Some(Rejected), "any other refusal";
        };
        ErrorCatalog { kind: $kind, rows: ROWS, defaults: DEFAULTS }
    }};
}

/// What Messenger refuses, and why.
pub const FACEBOOK: ErrorCatalog = catalog!("facebook");
/// What Instagram refuses, and why.
pub const INSTAGRAM: ErrorCatalog = catalog!("instagram");
