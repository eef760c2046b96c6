//! VK's refusals (vk §13), matched by `error_code`; the text distinguishes errors that share a code.

use base::message::FailureCode::{
    Internal, RecipientBlocked, RecipientUnreachable, Rejected, SourceDisconnected, WindowClosed,
};

use super::Fix::{ButtonsAsText, Bytes, Document, NoQuote};
use super::RefusalClass::{Done, Pause, Permanent, Resend, Transient, Unknown};
use super::{CatalogEntry, ErrorCatalog};

/// What VK's API refuses, and why.
pub const VK: ErrorCatalog = ErrorCatalog { kind: "vk", rows: ROWS, defaults: DEFAULTS };

const ROWS: &[CatalogEntry] = rows! { "vk":
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

const DEFAULTS: &[CatalogEntry] = rows! { "vk":
    "other" 2..=99999 [] => Permanent, Some(Rejected), "any other refusal";
};

#[cfg(test)]
mod tests {
    use base::i18n::{Language, Words};

    use super::*;

    /// Codes and texts of VK's schema, and the rows that they match.
    const ANSWERS: &[(&str, u32, &str)] = &[
        ("1", 1, "Unknown error occurred"),
        ("5", 5, "User authorization failed: invalid access_token (4)."),
        ("6", 6, "Too many requests per second"),
        ("7", 7, "Permission to perform this action is denied"),
        ("9", 9, "Flood control"),
        ("10", 10, "Internal server error"),
        ("14", 14, "Captcha needed"),
        ("15m", 15, "Access denied: group messages are disabled"),
        ("15", 15, "Access denied: group key doesn't have messages permission"),
        ("18", 18, "User was deleted or banned"),
        ("27m", 27, "Group authorization failed: method is unavailable with group auth."),
        ("27", 27, "Group authorization failed"),
        ("27", 28, "Application authorization failed"),
        ("29", 29, "Rate limit reached"),
        ("30", 30, "This profile is private"),
        ("100q", 100, "One of the parameters specified was missing or invalid: reply_to is invalid"),
        ("100a", 100, "One of the parameters specified was missing or invalid: attachment is invalid"),
        ("100r", 100, "One of the parameters specified was missing or invalid: reaction_id is invalid"),
        ("100", 100, "One of the parameters specified was missing or invalid: message is empty or invalid"),
        ("105", 105, "Couldn't save file"),
        ("129", 129, "Invalid photo"),
        ("129", 121, "Invalid hash"),
        ("212", 213, "Access to status replies denied"),
        ("222", 222, "Hyperlinks are forbidden"),
        ("223", 223, "Too many replies"),
        ("900", 900, "Can't send messages for users from blacklist"),
        ("901", 901, "Can't send messages for users without permission"),
        ("902", 902, "Can't send messages to this user due to their privacy settings"),
        ("909", 909, "Can't edit this message, because it's too old"),
        ("914", 910, "Can't sent this message, because it's too big"),
        ("911", 911, "Keyboard format is invalid"),
        ("912", 912, "This is a chat bot feature, change this status in settings"),
        ("913", 913, "Too many forwarded messages"),
        ("914", 914, "Message is too long"),
        ("917", 917, "You don't have access to this chat"),
        ("920", 920, "Can't edit this kind of message"),
        ("921", 921, "Can't forward these messages"),
        ("922", 922, "You left this chat"),
        ("925", 925, "You are not admin of this chat"),
        ("927", 927, "Chat does not exist"),
        ("932", 932, "Your community can't interact with this peer"),
        ("936", 936, "Contact not found"),
        ("940", 940, "Too many posts in messages"),
        ("944", 944, "Limits overflow for this intent"),
        ("945", 945, "Chat was disabled"),
        ("950", 950, "Can't send message, reply timed out"),
        ("962", 962, "You can't access donut chat without subscription"),
        ("969", 969, "Message cannot be forwarded"),
        ("983", 985, "Cannot write to notifications only groups"),
        ("1009", 1010, "This reaction has been disabled"),
        ("1012", 1012, "Writing is disabled for this chat"),
        ("other", 3, "Unknown method passed"),
        ("other", 2000, "Servers number limit is reached"),
    ];
    /// Rows whose error has no code.
    const NOT_ANSWERED: [&str; 2] = ["upload", "unknown"];

    #[test]
    fn every_answer_finds_its_row() {
        for (id, code, text) in ANSWERS {
            assert_eq!(VK.find(*code, text).map(|row| row.id), Some(*id), "{code} {text}");
        }
    }

    #[test]
    fn every_row_is_found_by_an_answer_and_has_words() {
        for row in VK.rows.iter().chain(VK.defaults) {
            let tried = ANSWERS.iter().any(|(id, ..)| *id == row.id) || NOT_ANSWERED.contains(&row.id);
            assert!(tried, "{} has no answer", row.id);
            for language in Language::ALL {
                assert!(Words::new(language).has(row.key()), "{}", row.key());
                let text = row.failure(Words::new(language)).text;
                assert!(text.chars().count() <= 120, "amoCRM shows 120 characters: {text}");
            }
        }
    }

    #[test]
    fn codes_of_amocrm_are_those_of_the_documents() {
        let code = |id| VK.row(id).unwrap().failure(Words::new(Language::En)).code.amocrm_code();
        for (id, amocrm) in
            [("18", 901), ("901", 904), ("902", 904), ("936", 904), ("5", 902), ("914", 905), ("6", 903)]
        {
            assert_eq!(code(id), amocrm, "{id}");
        }
    }
}
