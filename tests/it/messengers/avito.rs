//! Avito: the advert, two seconds for an answer, tokens that end.

use parom_tests::settings::HOST;
use simulator::avito::{Act, Fault, HookState};
use simulator::crm::HookMessage;

use crate::contract::{Avito, Stage, special};

/// Title, price and address of the advert are shown above a chat's first message, once. amoCRM quotes them together with
/// the buyer's words; the buyer sees only the words.
async fn the_first_message_names_the_advert(stage: &mut Stage) {
    stage.chats().await;
    let first = stage.last();
    for part in ["Диван синий", "30 000 ₽", "https://avito.ru/moskva/mebel_i_interer/", "Hello"] {
        assert!(first.text.replace('\u{a0}', " ").contains(part), "{part} in {}", first.text);
    }
    stage.writes("И доставка?").await;
    assert_eq!(stage.last().text, "И доставка?");
    let sent = stage.says_one(HookMessage::text("Да").quoting(&first.id)).await.text;
    assert!(sent.contains("Hello") && sent.ends_with("Да") && !sent.contains("Диван"), "{sent}");
    stage.arrives().await;
    let chat = stage.only::<Avito>().chat.clone();
    stage.does(Act::own("system").with("chat", chat).with("flow_id", "bot").text("Реклама")).await;
    assert_eq!((stage.at_crm().len(), stage.world.sandbox.chats(HOST).len()), (2, 1), "Avito's own words are nobody's");
}

/// Avito waits for two seconds; a chat that it does not describe in time delays no message.
async fn a_post_is_answered_in_time(stage: &mut Stage) {
    stage.connects().await;
    for operation in ["getChatByIdV2", "getMessagesV3"] {
        stage.simulation().faults().until_cleared(operation, Fault::Slow { millis: 60_000 });
    }
    stage.writes("Hello").await;
    let mut posts = stage.simulation().hooks(&stage.messenger.line()).into_iter();
    let post = posts.rfind(|one| one.body.to_string().contains("Hello")).unwrap();
    assert_eq!((post.attempts, post.state, post.last_status), (1, HookState::Delivered, Some(200)));
    assert_eq!(stage.at_crm().len(), 1, "and it is stored");
}

/// An answer of a manager marks the buyer's messages as read. Tokens that end before their time are replaced without any
/// notice.
async fn an_answer_marks_the_chat_as_read(stage: &mut Stage) {
    stage.chats().await;
    stage.says(HookMessage::text("Good morning")).await;
    let calls = stage.simulation().calls(&stage.messenger.line());
    assert_eq!(calls.iter().filter(|call| call.call == "chatRead").count(), 1, "{calls:#?}");
    let avito = stage.only::<Avito>();
    avito.avito.revoke_tokens(avito.seller, false);
    assert_eq!(stage.says_one(HookMessage::text("With a new token")).await.text, "With a new token");
}

special!(avito: the_first_message_names_the_advert, a_post_is_answered_in_time, an_answer_marks_the_chat_as_read);
