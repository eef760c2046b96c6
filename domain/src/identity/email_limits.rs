//! Limits of the e-mails that a person can cause, so that mailboxes are not flooded and names carry no advertisements.

use base::millis::{DAY, HOUR};
use sea_orm::DbErr;
use uuid::Uuid;

use super::link::Purpose;
use super::throttle::{AttemptOrigin, Limit, Wait, count, count_all};
use super::{session, throttle};
use crate::identity::IdentityContext;

/// Links to one recipient. The window is a link's lifetime, so a refused recipient has a link that still works.
const LINKS: Limit = Limit { most: 2, window: Purpose::SignIn.life() };
/// Links requested from one address, for any recipient.
const LINKS_FROM: Limit = Limit { most: 20, window: HOUR };
/// Links for a login on a device on which it signed in before.
const LINKS_ON_DEVICE: Limit = Limit { most: 3, window: HOUR };
/// Invitations of one account.
const INVITATIONS: Limit = Limit { most: 20, window: HOUR };
/// Invitations of one account to the same recipient.
const INVITATIONS_TO: Limit = Limit { most: 3, window: HOUR };
/// Invitations of all accounts to the same recipient.
const FROM_ALL: Limit = Limit { most: 10, window: HOUR };
/// Invitations from one address, of all accounts.
const INVITATIONS_FROM: Limit = Limit { most: 40, window: HOUR };
/// Codes that confirm an address for e-mails about alerts, to the same recipient.
const CODES_TO: Limit = Limit { most: 3, window: HOUR };
/// Letters that ask to confirm an address for a chat's answers, to the same recipient, of all chats and accounts.
const CHAT_TO: Limit = Limit { most: 3, window: DAY };
/// The same of one visitor.
const CHAT_OF: Limit = Limit { most: 3, window: HOUR };
/// The same from one address.
const CHAT_FROM: Limit = Limit { most: 10, window: HOUR };
/// The same of one chat.
const CHAT_IN: Limit = Limit { most: 100, window: HOUR };
/// The same of one account, in all its chats, and how many more for each address that its reader confirmed.
const CHAT_BY: Limit = Limit { most: 50, window: DAY };
const CHAT_MORE: i32 = 10;
/// Links to a member whose second step was removed, from one account.
const RENEWALS_TO: Limit = Limit { most: 3, window: HOUR };
/// The longest name shown in an e-mail.
const LONGEST_NAME: usize = 40;
/// Digits in such a name; more could be a telephone number.
const MOST_DIGITS: usize = 4;

/// Counts a requested sign-in link, whether the e-mail is known or not. `door`: `panel` or `admin`.
pub async fn link(
    app: &IdentityContext,
    door: &str,
    email: &str,
    origin: &AttemptOrigin,
) -> Result<Result<(), Wait>, DbErr> {
    let to = receiver(email);
    if let Some(device) = throttle::known_device(app, origin, email)
        && count(app, &format!("link-on:{door}:{to}:{device}"), LINKS_ON_DEVICE).await?.is_ok()
    {
        return Ok(Ok(()));
    }
    all(app, [(format!("links-from:{door}:{}", origin.place()), LINKS_FROM), (format!("link-to:{door}:{to}"), LINKS)])
        .await
}

/// Counts an invitation.
pub async fn invitation(
    app: &IdentityContext,
    tenant_id: Uuid,
    email: &str,
    origin: &AttemptOrigin,
) -> Result<Result<(), Wait>, DbErr> {
    let to = receiver(email);
    all(
        app,
        [
            (format!("invitations:{tenant_id}"), INVITATIONS),
            (format!("invitations-from:{}", origin.place()), INVITATIONS_FROM),
            (format!("invitation-to:{tenant_id}:{to}"), INVITATIONS_TO),
            (format!("invitations-to:{to}"), FROM_ALL),
        ],
    )
    .await
}

/// Counts a code that confirms an address for alert e-mails.
pub async fn alert_code(app: &IdentityContext, email: &str) -> Result<Result<(), Wait>, DbErr> {
    count(app, &format!("alert-code-to:{}", receiver(email)), CODES_TO).await
}

/// Counts a letter that asks to confirm an address for a chat's answers. `visitor`: their id; `confirmed`: addresses of
/// the account that were confirmed, which show that real visitors ask.
pub async fn chat_answers(
    app: &IdentityContext,
    (tenant_id, source_id): (Uuid, Uuid),
    confirmed: u64,
    visitor: &str,
    email: &str,
    origin: &AttemptOrigin,
) -> Result<Result<(), Wait>, DbErr> {
    let more = i32::try_from(confirmed).unwrap_or(i32::MAX).saturating_mul(CHAT_MORE);
    let by = Limit { most: CHAT_BY.most.saturating_add(more), ..CHAT_BY };
    all(
        app,
        [
            (format!("chat-email-by:{tenant_id}"), by),
            (format!("chat-email-from:{}", origin.place()), CHAT_FROM),
            (format!("chat-email-of:{}", session::hash(visitor)), CHAT_OF),
            (format!("chat-email-in:{source_id}"), CHAT_IN),
            (format!("chat-email-to:{}", receiver(email)), CHAT_TO),
        ],
    )
    .await
}

/// Counts a link to a member whose second step is removed by their account.
pub async fn renewal(app: &IdentityContext, email: &str) -> Result<Result<(), Wait>, DbErr> {
    count(app, &format!("renewal-to:{}", receiver(email)), RENEWALS_TO).await
}

/// A self-chosen name as shown in an e-mail: words only, at most 40 characters, nothing that a mail program turns into
/// a link or a telephone turns into a call.
pub fn name(free: &str) -> String {
    let is_number = free.chars().filter(|sign| sign.is_numeric()).count() > MOST_DIGITS;
    let is_kept =
        |sign: char| matches!(sign, '-' | '\'' | '’') || sign.is_alphanumeric() && !(is_number && sign.is_numeric());
    let kept = |sign: char| if is_kept(sign) { sign } else { ' ' };
    let words: String = free.chars().map(kept).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(LONGEST_NAME).collect::<String>().trim_end().to_owned()
}

async fn all<const KEYS: usize>(
    app: &IdentityContext,
    keys: [(String, Limit); KEYS],
) -> Result<Result<(), Wait>, DbErr> {
    count_all(app, &keys.each_ref().map(|(key, limit)| (key.as_str(), *limit))).await
}

fn receiver(email: &str) -> String {
    session::hash(&email.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_name_is_short_and_no_link() {
        assert_eq!(name("Anna-Maria O'Neill"), "Anna-Maria O'Neill");
        assert_eq!(name("Анна Ёлкина"), "Анна Ёлкина");
        assert_eq!(name("Win at https://evil.example/x?y\r\nBcc: z"), "Win at https evil example x y Bcc z");
        assert_eq!(name(&"x".repeat(500)).len(), LONGEST_NAME);
        assert_eq!(name("\u{202e}\u{0}"), "");
        assert_eq!(name("Pharmacy 36.6"), "Pharmacy 36 6");
        assert_eq!(name("Your card is blocked: +7 (800) 555-35-35"), "Your card is blocked - -");
    }
}
