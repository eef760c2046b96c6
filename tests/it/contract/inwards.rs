//! What a customer does, on its way to amoCRM.

use std::collections::BTreeSet;
use std::time::Duration;

use parom_tests::settings::HOST;
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use simulator::kit::{Act, Content, Verb};

use super::comes;
use super::out::{list, question};
use super::stage::{Stage, customer};

/// What the customer deleted.
const REMOVED: &str = "Удалено клиентом";

/// The customer is named. Everything comes as what it is; what the messenger or amoCRM has no form for, as words.
async fn everything_that_can_be_sent_arrives(stage: &mut Stage) {
    stage.chats().await;
    let hello = stage.last();
    assert!(hello.text.ends_with("Hello") && hello.kind == "text", "{hello:?}");
    assert_eq!(hello.sender_name, stage.messenger.name());
    assert_eq!(hello.source.as_deref(), Some(stage.line().external_id.as_str()));
    let content: Vec<_> = stage.abilities().content.rows().into_iter().map(|(kind, _)| kind).collect();
    let mut came = BTreeSet::new();
    for (act, shown) in stage.messenger.brings() {
        // Two presses of one button within three seconds are one; so are two equal texts in some messengers.
        stage.world.advance(Duration::from_secs(5));
        let said = format!("{act:?}");
        let before = stage.at_crm().len();
        stage.does(act).await;
        let all = stage.at_crm().split_off(before);
        let is_shown = |one: &simulator::crm::MessageView, (kind, text): &(&str, &str)| {
            let is_text = text.strip_prefix('~').map_or(one.text == *text, |part| one.text.contains(part));
            one.kind == *kind && is_text
        };
        let is_right = all.len() == shown.len() && all.iter().zip(shown).all(|(one, wanted)| is_shown(one, wanted));
        assert!(is_right, "{said} is {all:#?} instead of {shown:?}");
        for one in all {
            let message = &one.payload["message"];
            match one.kind.as_str() {
                "text" => {}
                "location" => assert_eq!(message["location"], json!({ "lon": 37.61, "lat": 55.75 })),
                "contact" => {
                    assert_eq!(message["contact"]["name"], "Pavel");
                    assert!(message["contact"]["phone"].as_str().unwrap().ends_with("79991112233"), "{message}");
                }
                kind => assert!(one.media.starts_with(stage.world.app().public_url()), "{kind}: {}", one.media),
            }
            came.extend(content.iter().find(|kind| **kind == one.kind));
        }
    }
    let wanted: BTreeSet<_> = content.into_iter().filter(|kind| comes(stage.messenger.kind(), kind)).collect();
    assert_eq!(came, wanted, "as contract::NEVER says");
}

async fn an_edit_changes_what_amocrm_shows(stage: &mut Stage) {
    stage.chats().await;
    let id = stage.writes("Красная").await;
    let act = stage.customer(Verb::Edit).message(id).text("Синяя");
    assert!(stage.brought(act).await.is_empty(), "it is no new message");
    assert_eq!((stage.last().text.as_str(), stage.last().edited), ("Синяя", true));
}

async fn a_deletion_is_shown(stage: &mut Stage) {
    stage.chats().await;
    let id = stage.writes("Нет, ничего").await;
    let act = stage.customer(Verb::Remove).message(id);
    stage.does(act).await;
    assert_eq!(stage.last().text, REMOVED);
}

async fn an_answer_finds_what_it_answers(stage: &mut Stage) {
    stage.chats().await;
    let said = stage.manager(HookMessage::text("The blue one is in stock")).await;
    stage.world.deliver_to_the_end().await;
    let ours = stage.messenger.sent()[0].id.clone();
    let own = stage.writes("Красная").await;
    let shown = stage.last();
    for (answered, at_crm) in [(own, shown.id), (ours, said.message_id)] {
        let act = stage.customer(Verb::Send).content(Content::text("Эта")).reply_to(answered);
        stage.does(act).await;
        let quote = stage.last();
        assert_eq!((quote.text.as_str(), &quote.payload["reply_to"]["message"]["id"]), ("Эта", &json!(at_crm)));
    }
}

async fn a_forward_names_its_author(stage: &mut Stage) {
    stage.chats().await;
    let theirs = stage.simulation().history(&stage.messenger.line(), stage.messenger.who());
    let hello = &theirs.iter().find(|one| one.text == "Hello").unwrap().id;
    let came = stage.brought(stage.messenger.forwards(hello).unwrap()).await;
    assert!(
        came.len() == 1 && came[0].1.starts_with(stage.messenger.forwarded()) && came[0].1.contains("Hello"),
        "{came:?}"
    );
}

async fn reactions_come_and_go(stage: &mut Stage) {
    stage.chats().await;
    let said = stage.manager(HookMessage::text("Готово")).await;
    stage.world.deliver_to_the_end().await;
    stage.arrives().await;
    let id = stage.messenger.sent()[0].id.clone();
    for emoji in ["❤", ""] {
        // Each change has its own time.
        stage.world.advance(Duration::from_secs(5));
        stage.does(stage.customer(Verb::React).message(id.clone()).with("emoji", emoji)).await;
        let messages = stage.world.sandbox.messages(HOST);
        let shown = messages.into_iter().find(|one| one.id == said.message_id).unwrap().reactions;
        let shown: String = shown.iter().map(|(_, emoji)| emoji.trim_end_matches('\u{fe0f}')).collect();
        assert_eq!(shown, emoji);
    }
}

/// A press brings the label, and the row of a list.
async fn presses_arrive(stage: &mut Stage) {
    stage.chats().await;
    for (message, label, row) in [(question(), "No", Value::Null), (list(), "Assembly", json!("k8"))] {
        let sent = stage.says_one(message).await;
        stage.does(stage.customer(Verb::Press).message(sent.id).with("title", label)).await;
        let came = stage.last();
        assert_eq!((came.text.as_str(), &came.payload["message"]["callback_data"]), (label, &row));
    }
    assert_eq!(stage.at_crm().len(), 3);
}

/// The button stops waiting.
async fn a_press_is_acknowledged(stage: &mut Stage) {
    stage.chats().await;
    let sent = stage.says_one(question()).await;
    stage.does(stage.customer(Verb::Press).message(sent.id).with("title", "No")).await;
    let notices = || stage.simulation().notices(&stage.messenger.line());
    stage.world.until("the press is acknowledged", async || notices().pop()).await;
    assert_eq!(notices().len(), 1);
}

async fn typing_is_seen(stage: &mut Stage) {
    stage.chats().await;
    let before = stage.world.sandbox.requests().len();
    stage.does(stage.customer(Verb::Type)).await;
    let asked = stage.world.sandbox.requests().split_off(before);
    assert!(asked.iter().any(|one| one.path.ends_with("/typing")), "{asked:#?}");
}

async fn reading_is_reported_once(stage: &mut Stage) {
    stage.chats().await;
    let said = stage.manager(HookMessage::text("Good morning")).await;
    stage.world.deliver_to_the_end().await;
    stage.arrives().await;
    let before = stage.statuses(&said);
    assert!(!before.contains(&2), "{before:?}");
    stage.world.advance(Duration::from_secs(5));
    stage.does(stage.customer(Verb::Read)).await;
    for _ in 0..2 {
        // Some messengers are asked.
        stage.world.advance(Duration::from_secs(61));
        stage.world.works("polls").await;
        stage.world.deliver_all().await;
        let told = stage.statuses(&said);
        assert!(told.last() == Some(&2) && told.iter().filter(|code| **code == 2).count() == 1, "{told:?}");
    }
}

/// What the business writes in the messenger's own application is the manager's.
async fn messages_of_the_business_are_from_a_manager(stage: &mut Stage) {
    stage.chats().await;
    stage.does(stage.messenger.owner_writes("Перезвоню").unwrap()).await;
    let [hello, own] = <[_; 2]>::try_from(stage.at_crm()).unwrap();
    assert_eq!((own.text.as_str(), &own.chat_id), ("Перезвоню", &hello.chat_id));
    assert_ne!(own.sender_id, hello.sender_id, "not the customer's word");
}

/// The mark of the link by which a person came is kept at their conversation, and is no message.
async fn where_a_customer_came_from_is_kept(stage: &mut Stage) {
    stage.connects().await;
    stage.does(stage.messenger.comes_from("ad_7").unwrap()).await;
    stage.writes("Hi again").await;
    assert_eq!(stage.last().text, "Hi again");
    assert!(!stage.texts_at_crm().iter().any(|text| text.contains("ad_7")));
    let shown = stage.world.api.get(&stage.line().path("/conversations")).await.is(200);
    assert_eq!(shown.text_at("/items/0/visit"), "ad_7", "{}", shown.text);
}

async fn comments_are_changed_and_removed(stage: &mut Stage) {
    stage.chats().await;
    let comment = stage.messenger.comments("Цена?").unwrap();
    stage.arrives().await;
    for (text, shown) in [(Some("Какая цена?"), "Какая цена?"), (None, REMOVED)] {
        stage.world.advance(Duration::from_secs(5));
        stage.messenger.changes_comment(&comment, text);
        stage.arrives().await;
        assert_eq!((stage.last().text.as_str(), stage.at_crm().len()), (shown, 2));
    }
}

/// What is written in several chats of one line stays in each, in order.
async fn many_messages_keep_their_order(stage: &mut Stage) {
    stage.connects().await;
    let wanted: Vec<String> = (0..8).map(|number| format!("message {number}")).collect();
    for text in &wanted {
        let act: Act = customer(stage.messenger.as_ref(), Verb::Send).content(Content::text(text));
        stage.simulation().act(act);
    }
    stage.arrives().await;
    let texts = stage.texts_at_crm();
    assert!(texts.iter().zip(&wanted).all(|(shown, text)| shown.ends_with(text)), "{texts:?}");
    assert_eq!((texts.len(), stage.world.sandbox.chats(HOST).len()), (8, 1));
}

contract! {
    everything_that_can_be_sent_arrives: In [
        "text", "picture", "video", "file", "voice", "audio", "sticker", "location", "contact", "captions", "media_groups"
    ] all;
    many_messages_keep_their_order: In ["text"] all;
    an_edit_changes_what_amocrm_shows: In ["edits"] [facebook instagram max telegram vk whatsapp];
    a_deletion_is_shown: In [] [avito instagram max whatsapp];
    an_answer_finds_what_it_answers: In ["quotes"] [facebook instagram max telegram vk whatsapp];
    a_forward_names_its_author: In ["forwards"] [max telegram vk whatsapp];
    reactions_come_and_go: In ["reactions"] [facebook instagram telegram vk whatsapp];
    presses_arrive: In ["buttons", "lists"] [facebook instagram max telegram vk whatsapp];
    a_press_is_acknowledged: In ["buttons"] [max telegram];
    typing_is_seen: In ["typing"] [vk];
    reading_is_reported_once: In [] [avito facebook instagram vk whatsapp];
    messages_of_the_business_are_from_a_manager: In [] [avito facebook instagram vk whatsapp];
    where_a_customer_came_from_is_kept: In [] [facebook instagram max telegram vk];
    comments_are_changed_and_removed: In ["comments"] [facebook max vk];
}
