//! Codes that operators keep for the day on which their authenticator is lost: each signs in once in place of one of
//! its codes. Only their hashes are stored; new codes replace all earlier ones, and so does another authenticator.

use base::store::VENDOR;
use entity::person::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{credentials, token};

/// Codes made at once.
pub const COUNT: usize = 10;
/// Characters of a code, five random bits each.
const LENGTH: usize = 16;
/// They are shown in groups of so many.
const GROUP: usize = 4;
/// Digits and letters except i, l, o and u, which are misread.
const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Replaces all codes if the person is unchanged since they were read; returns the new ones, to be shown once.
pub async fn renew(db: &impl ConnectionTrait, person: &person::Model) -> Result<Option<Vec<String>>, DbErr> {
    let codes: Vec<String> = std::iter::repeat_with(new).take(COUNT).collect();
    let hashes: Vec<String> = codes.iter().filter_map(|code| Some(hash(person.id, &read(code)?))).collect();
    let stored = credentials::set_recovery_codes(db, person, &hashes.join(" ")).await?;
    Ok(stored.then_some(codes))
}

/// Uses up a code; returns how many are left, none if the code is not one of the person's.
pub async fn take(db: &impl ConnectionTrait, person: &person::Model, typed: &str) -> Result<Option<usize>, DbErr> {
    let Some(code) = read(typed) else { return Ok(None) };
    let used = hash(person.id, &code);
    let rest: Vec<&str> = person.recovery_codes.split_whitespace().filter(|known| *known != used).collect();
    if rest.len() == left(person) {
        return Ok(None);
    }
    // Of two requests with one code only one finds the list as it was read.
    let taken = person::Entity::update_many()
        .col_expr(Column::RecoveryCodes, Expr::value(rest.join(" ")))
        .col_expr(Column::WrongCodes, Expr::value(0))
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Id.eq(person.id))
        .filter(Column::RecoveryCodes.eq(person.recovery_codes.as_str()))
        .exec(db)
        .await?;
    Ok((taken.rows_affected == 1).then_some(rest.len()))
}

/// Codes that were not used yet.
pub fn left(person: &person::Model) -> usize {
    person.recovery_codes.split_whitespace().count()
}

fn new() -> String {
    let random: [u8; LENGTH] = rand::random();
    let signs: Vec<char> =
        random.iter().filter_map(|byte| SIGNS.get(usize::from(*byte) % SIGNS.len()).copied().map(char::from)).collect();
    let groups: Vec<String> = signs.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// A code as typed, without what separates its groups; none if it does not have the format of a code.
fn read(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|sign| !sign.is_whitespace() && !matches!(sign, '-' | '–' | '—'))
        .map(|sign| match sign.to_ascii_lowercase() {
            'i' | 'l' => '1',
            'o' => '0',
            other => other,
        })
        .collect();
    let valid = code.len() == LENGTH && code.bytes().all(|sign| SIGNS.contains(&sign));
    valid.then_some(code)
}

/// 80 random bits cannot be guessed from a hash, and the id keeps hashes of persons apart.
fn hash(person_id: Uuid, code: &str) -> String {
    token::hash(&format!("{person_id}:{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = new();
        let plain = code.replace('-', "");
        assert_eq!((code.len(), plain.len()), (19, 16), "{code}");
        assert_eq!(read(&code), Some(plain.clone()));
        assert_eq!(read(&format!(" {} ", plain.to_uppercase())), Some(plain));
        assert_eq!(read("OIL0-0000-0000-0000").as_deref(), Some("0110000000000000"));
        for wrong in ["", "123456", "0123-4567-89ab-cde", "0123-4567-89ab-cdeu", "0123-4567-89ab-cdefg"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn codes_and_their_hashes_differ() {
        assert_ne!(new(), new());
        assert_ne!(hash(Uuid::from_u128(1), "0"), hash(Uuid::from_u128(2), "0"));
    }
}
