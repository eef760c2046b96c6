//! Numbers typed as answers: where a messenger shows buttons as numbered lines, the number means its button.

use base::message::{Body, Content, Direction, Role};
use chrono::TimeDelta;
use connectors::incoming::IncomingMessage;
use entity::message as messages;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::route::identity;
use super::source::CalledSource;
use crate::intake::door::StoreError;

/// How long a question waits for its answer.
const WITHIN: TimeDelta = TimeDelta::days(1);
/// More digits are no answer to a question.
const DIGITS: usize = 3;

/// The message with the button's text in the place of its number, if the last message to the customer had such a
/// button.
pub(super) async fn resolved(line: &CalledSource, mut written: IncomingMessage) -> Result<IncomingMessage, StoreError> {
    let (Some(button), Some(number)) = (line.connector.numbered_buttons(), number(&written.body)) else {
        return Ok(written);
    };
    let (source, db) = (&line.source, line.app.store.read());
    let alias = identity(source, &written.conversation_id);
    let Some(known) = line.app.lookup.conversation(source.tenant_id, alias).await? else { return Ok(written) };
    let last = messages::Entity::of_tenant(source.tenant_id)
        .filter(messages::Column::ConversationId.eq(known.conversation_id))
        .filter(messages::Column::Direction.eq(Direction::ToMessenger.number()))
        .order_by_desc(messages::Column::Id)
        .one(db)
        .await?;
    let now = line.app.clock.millis();
    let last = last.filter(|last| last.source_id == source.id && now - last.accepted_at < WITHIN.num_milliseconds());
    let asked = last.and_then(|last| serde_json::from_str::<Body>(&last.body).ok());
    // A template has buttons of its own.
    let markup = asked.filter(|asked| asked.template.is_none()).and_then(|asked| asked.markup);
    if let Some(chosen) = markup.and_then(|markup| button(&markup, number)) {
        written.body.content = Content::Text { text: chosen.text };
        written.body.callback_data = chosen.callback_data;
    }
    Ok(written)
}

/// The number that is all of a customer's text: `2`, `2.`, `2)`.
fn number(body: &Body) -> Option<usize> {
    let Content::Text { text } = &body.content else { return None };
    let typed = text.trim();
    let digits = typed.strip_suffix(['.', ')']).unwrap_or(typed);
    let plain = (1..=DIGITS).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    let answers = body.sender.role == Role::Client && !body.silent && plain;
    digits.parse().ok().filter(|number| answers && *number > 0)
}

#[cfg(test)]
mod tests {
    use base::message::Person;

    use super::*;

    #[test]
    fn only_a_lone_number_is_an_answer() {
        let written = |text: &str| Body::new(Person::default(), Content::Text { text: text.to_owned() });
        for (text, expected) in [("2", 2), (" 11 ", 11), ("3.", 3), ("4)", 4)] {
            assert_eq!(number(&written(text)), Some(expected), "{text}");
        }
        for text in ["", "0", "two", "2 pieces", "-2", "+2", "2.5", "1592", "٢", "2 3", "."] {
            assert_eq!(number(&written(text)), None, "{text}");
        }
        let manager = Person { role: Role::Manager, ..Person::default() };
        assert_eq!(number(&Body { sender: manager, ..written("2") }), None);
        assert_eq!(number(&Body { silent: true, ..written("2") }), None, "history stays as it was");
    }
}
