//! What a manager sends, on its way to the customer.

use connectors::{Length, Stand, Support};
use parom_tests::settings::{CHANNEL_ID, HOST};
use serde_json::json;
use simulator::crm::{Attachment, Button, HookForm, HookMessage, ListMessage, ListRow, Section};
use simulator::kit::Author;

use super::stage::Stage;

pub fn button(text: &str, url: Option<&str>) -> Button {
    Button { text: text.to_owned(), url: url.map(str::to_owned) }
}

/// A question with two buttons.
pub fn question() -> HookMessage {
    HookMessage::text("Deliver today?").buttons(&[vec![button("Yes", None), button("No", None)]])
}

/// A list with two rows.
pub fn list() -> HookMessage {
    let row = |data: &str, title: &str| ListRow {
        callback_data: data.to_owned(),
        title: title.to_owned(),
        description: String::new(),
    };
    let rows = vec![row("k7", "Delivery"), row("k8", "Assembly")];
    HookMessage::text("").list(ListMessage {
        header: "Pick a service".to_owned(),
        body: "Choose one below".to_owned(),
        footer: "Acme".to_owned(),
        button: "Services".to_owned(),
        sections: vec![Section { title: "Available".to_owned(), rows }],
    })
}

/// Numbered words that are longer than a limit.
fn words(limit: Option<Length>) -> Vec<String> {
    let most = limit.map_or(1_000, |limit| limit.most);
    (0..most * 2 / 5 + 50).map(|number| format!("{number:04}")).collect()
}

async fn texts_leave(stage: &mut Stage) {
    stage.chats().await;
    let text = "Good *morning* <Maria> & \"all\" 👋";
    assert_eq!(stage.says_one(HookMessage::text(text)).await.text, text);
    stage.arrives().await;
    assert_eq!(stage.at_crm().len(), 1, "what was sent does not come back");
    assert_eq!(stage.world.sandbox.chats(HOST).len(), 1);
    let order = HookMessage::text("").template(7103, None, "Order {{lead.id}} is ready", &[("{{lead.id}}", "1592")]);
    assert_eq!(stage.says_one(order).await.text, "Order 1592 is ready", "a template is its final text");
}

async fn files_leave_with_their_captions(stage: &mut Stage) {
    stage.chats().await;
    for (kind, support) in stage.abilities().content.rows() {
        if !["picture", "video", "file", "voice", "audio", "sticker"].contains(&kind) {
            continue;
        }
        let message = HookMessage::attachment(Attachment::sample(kind));
        let message = if kind == "sticker" { message } else { message.caption("Here it is") };
        let (id, sent) = stage.says(message).await;
        let texts: String = sent.iter().map(|one| one.text.as_str()).collect();
        assert!(kind == "sticker" || texts.contains("Here it is"), "{kind}: {sent:?}");
        let files: Vec<_> = sent.iter().flat_map(|one| &one.files).map(|file| file.bytes.clone()).collect();
        if support == Support::As(Stand::Text) || stage.messenger.takes_no_file_of().contains(&kind) {
            assert!(files.is_empty() && texts.contains("http://"), "{kind}: {sent:?}");
        } else if support == Support::As(Stand::Picture) {
            assert_eq!(files.len(), 1, "{kind}: {sent:?}");
        } else {
            assert_eq!(files, [stage.world.sandbox.downloads(HOST, &id).await.unwrap().bytes], "{kind}");
        }
        let has_caption = !stage.messenger.takes_no_caption_with().contains(&kind);
        if has_caption && support == Support::Native && stage.abilities().features.captions == Support::Native {
            assert_eq!(sent.len(), 1, "{kind}: one message with its caption");
        }
    }
}

async fn a_long_caption_follows_its_file(stage: &mut Stage) {
    stage.chats().await;
    let words = words(stage.abilities().caption_length);
    let message = HookMessage::attachment(Attachment::sample("picture")).caption(&words.join(" "));
    let sent = stage.says(message).await.1;
    assert!(sent.len() > 1 && sent[0].files.len() == 1 && sent[1..].iter().all(|one| one.files.is_empty()), "{sent:?}");
    assert!(sent.iter().flat_map(|one| one.text.split_whitespace()).eq(&words), "{sent:?}");
}

async fn an_album_leaves_file_by_file(stage: &mut Stage) {
    stage.chats().await;
    let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
    let chat = stage.line().chat(&stage.world, &stage.messenger.conversation());
    let said = stage.world.sandbox.manager_sends_album(HOST, &chat, files, "Two of them").await.unwrap();
    stage.world.deliver_to_the_end().await;
    let sent = stage.messenger.sent();
    let mut originals = Vec::new();
    for one in &said {
        originals.push(stage.world.sandbox.downloads(HOST, &one.message_id).await.unwrap().bytes);
    }
    let files: Vec<_> = sent.iter().flat_map(|one| &one.files).map(|file| file.bytes.clone()).collect();
    assert_eq!(files, originals);
    assert!(sent.iter().any(|one| one.text.contains("Two of them")), "{sent:?}");
}

/// A place and a card: in the messenger's own form, or in words that name them.
async fn places_and_people_leave(stage: &mut Stage) {
    stage.chats().await;
    let place = json!({ "lon": 76.95, "lat": 43.25 });
    let sent = stage.says_one(HookMessage::text("").with("type", json!("location")).with("location", place)).await;
    let shown = sent.json.to_string();
    assert!(shown.contains("43.25") && shown.contains("76.95"), "{shown}");
    assert_eq!(sent.text.contains("43.25"), stage.abilities().content.location != Support::Native, "{sent:?}");
    let person = json!({ "name": "Pavel", "phone": "+79991112233" });
    let sent = stage.says_one(HookMessage::text("").with("type", json!("contact")).with("contact", person)).await;
    let shown = sent.json.to_string();
    assert!(shown.contains("Pavel") && shown.contains("9991112233"), "{shown}");
    assert_eq!(sent.text.contains("9991112233"), stage.abilities().content.contact != Support::Native, "{sent:?}");
}

/// Buttons and rows are the messenger's, or words; a link is there in any case.
async fn buttons_and_lists_leave(stage: &mut Stage) {
    stage.chats().await;
    let rows = [vec![button("Shop", Some("https://acme.test/shop"))]];
    let sent = stage.says_one(HookMessage::text("Look").buttons(&rows)).await;
    assert!(sent.json.to_string().contains("https://acme.test/shop"), "{sent:?}");
    let features = stage.abilities().features;
    for (message, support, labels) in
        [(question(), features.buttons, ["Yes", "No"]), (list(), features.lists, ["Delivery", "Assembly"])]
    {
        let sent = stage.says_one(message).await;
        let there: Vec<_> = sent.buttons.iter().flatten().map(|one| one.text.as_str()).collect();
        match support {
            Support::Native => assert_eq!(there, labels),
            _ => assert!(there.is_empty() && labels.iter().all(|label| sent.text.contains(label)), "{sent:?}"),
        }
    }
}

/// A quote is the messenger's own, or the quoted text is put above; a forward says who wrote it.
async fn quotes_and_forwards_leave(stage: &mut Stage) {
    stage.chats().await;
    let sent = stage.says_one(HookMessage::text("").forwarding(&stage.last().id)).await;
    assert!(sent.text.lines().count() > 1 && sent.text.ends_with("Hello"), "{sent:?}");
    let asked = stage.writes("Is the blue one in stock?").await;
    let sent = stage.says_one(HookMessage::text("Yes, it is").quoting(&stage.last().id)).await;
    assert!(sent.text.ends_with("Yes, it is"), "{sent:?}");
    assert!(sent.reply_to == Some(asked) || sent.text.contains("Is the blue one in stock?"), "{sent:?}");
}

/// A long text arrives in parts, whole and in order; no word is torn.
async fn a_long_text_leaves_in_parts(stage: &mut Stage) {
    stage.chats().await;
    let limit = stage.abilities().text_length;
    let words = words(limit);
    let sent = stage.says(HookMessage::text(&words.join(" "))).await.1;
    assert!(sent.len() > 1, "{} parts", sent.len());
    assert!(sent.iter().all(|one| limit.is_none_or(|limit| limit.holds(&one.text))), "{sent:?}");
    assert!(sent.iter().flat_map(|one| one.text.split_whitespace()).eq(&words), "{sent:?}");
}

/// There are no comments, but amoCRM may send one.
async fn an_answer_to_a_comment_is_an_answer_in_the_chat(stage: &mut Stage) {
    stage.chats().await;
    let sent = stage.says_one(HookMessage::text("See").with("post", json!({ "id": "post-900" }))).await;
    assert_eq!(sent.text, "See");
}

async fn a_comment_is_answered_in_public_and_in_private(stage: &mut Stage) {
    stage.chats().await;
    let asked = stage.messenger.comments("Цена?").unwrap();
    stage.arrives().await;
    let comment = stage.last();
    assert_eq!((comment.kind.as_str(), comment.text.as_str()), ("text", "Цена?"));
    let about = &comment.payload["message"]["post"];
    assert!(about["id"].is_string() || about["url"].is_string(), "{about}");
    let answer = HookMessage::text("Сто").answering_comment(&comment.id);
    let said = stage.line().manager_sends_to(&stage.world, &comment.chat_id, answer).await;
    stage.world.deliver_to_the_end().await;
    let answered = stage.messenger.commented().pop().unwrap();
    assert_eq!((answered.text.as_str(), answered.reply_to), ("Сто", Some(asked)));
    assert_eq!(stage.statuses(&said), [1]);
    assert!(stage.messenger.sent().is_empty(), "in public alone");
    stage.arrives().await;
    assert_eq!(stage.at_crm().len(), 2, "our own comment does not come back");
    assert_eq!(stage.says_one(HookMessage::text("Вам скидка")).await.text, "Вам скидка", "in private");
    stage.arrives().await;
    assert_eq!(stage.at_crm().len(), 2);
}

async fn a_reaction_is_set_and_taken_back(stage: &mut Stage) {
    stage.chats().await;
    let hello = stage.last();
    for emoji in [Some("❤️"), None] {
        stage.world.sandbox.manager_reacts(HOST, &hello.id, emoji, HookForm::Table).await.unwrap();
        stage.world.deliver_all().await;
        let history = stage.simulation().history(&stage.messenger.line(), stage.messenger.who());
        let theirs = history.iter().find(|one| one.text == "Hello").unwrap();
        let set = theirs.reactions.get(&Author::Line).and_then(|all| all.first());
        assert_eq!(set.map(|one| one.trim_end_matches('\u{fe0f}')), emoji.map(|_| "❤"));
    }
}

async fn typing_is_shown(stage: &mut Stage) {
    stage.chats().await;
    let chat = stage.line().chat(&stage.world, &stage.messenger.conversation());
    stage.world.sandbox.manager_types(HOST, &chat, None, HookForm::Table).await.unwrap();
    stage.world.deliver_all().await;
    let shown = stage.simulation().activities(&stage.messenger.line());
    assert!(shown.last().is_some_and(|name| name.starts_with("typing")), "{shown:?}");
}

/// Only a customer can begin: a manager who writes to a number gets that reason.
async fn writing_first_to_a_stranger_is_refused(stage: &mut Stage) {
    stage.chats().await;
    let source = Some(stage.line().external_id.as_str());
    let message = HookMessage::text("Good morning");
    let said =
        stage.world.sandbox.manager_writes_first(HOST, CHANNEL_ID, source, "+79991112233", message).await.unwrap();
    stage.world.deliver_to_the_end().await;
    let (code, words) = stage.failure(&said);
    assert!([901, 904, 905].contains(&code) && !words.is_empty(), "{code} {words}");
    assert!(stage.messenger.sent().is_empty());
}

contract! {
    texts_leave: Out ["text", "templates"] all;
    files_leave_with_their_captions: Out ["picture", "video", "file", "voice", "audio", "sticker", "captions"] all;
    a_long_caption_follows_its_file: Out ["captions"] all;
    an_album_leaves_file_by_file: Out ["media_groups"] all;
    places_and_people_leave: Out ["location", "contact"] all;
    buttons_and_lists_leave: Out ["buttons", "lists"] all;
    quotes_and_forwards_leave: Out ["quotes", "forwards"] all;
    a_long_text_leaves_in_parts: Out ["text"] all;
    an_answer_to_a_comment_is_an_answer_in_the_chat: Out ["comments"] [avito telegram whatsapp];
    a_comment_is_answered_in_public_and_in_private: Both ["comments"] [facebook instagram max vk];
    a_reaction_is_set_and_taken_back: Out ["reactions"] [facebook instagram telegram vk whatsapp];
    typing_is_shown: Out ["typing"] [facebook instagram max telegram vk whatsapp];
    writing_first_to_a_stranger_is_refused: Out ["write_first"] all;
}
