//! Comments on posts, photos, videos and goods.

use parom_tests::once;
use simulator::crm::HookMessage;
use simulator::vk::{Act, Author, Verb};

use super::{Community, VkWorld, acts};
use crate::messengers::at_crm;
use crate::messengers::played::{arrives, brought, chatting};
use crate::messengers::steps::out::leaves;
use crate::messengers::steps::trouble::is_reported;

async fn a_comment_arrives_and_is_answered_in_public_and_in_private(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (community, who) = (chat.ids.community, chat.ids.maria);
    let on = |verb| Act::of(verb).who(who).line(community).to("post", 77);
    let asked = acts(&world.messenger, on(Verb::Send).text("Цена?"));
    arrives::<Community>(world).await;
    let comment = at_crm(world).pop().unwrap();
    assert_eq!((comment.kind.as_str(), comment.text.as_str()), ("text", "Цена?"));
    let post = &comment.payload["message"]["post"];
    assert!(post["url"].as_str().is_some_and(|url| url.contains(&format!("wall-{community}_77"))), "{post}");
    let said = chat.manager_sends(world, HookMessage::text("Сто").answering_comment(&comment.id)).await;
    world.deliver_to_the_end().await;
    let comments = world.messenger.comments(community);
    let answer = comments.last().unwrap();
    assert_eq!((answer.text.as_str(), answer.author, &answer.reply_to), ("Сто", Author::Line, &Some(asked.into())));
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    assert!(chat.sent(world).is_empty(), "in public alone");
    arrives::<Community>(world).await;
    assert_eq!(at_crm(world).len(), 2, "our own comment does not come back");
    let sent = leaves(world, &chat, HookMessage::text("Вам скидка")).await;
    assert_eq!(sent[0].text, "Вам скидка", "in private");

    acts(&world.messenger, on(Verb::Edit).message(asked).text("Какая цена?"));
    arrives::<Community>(world).await;
    let shown = at_crm(world).pop().unwrap();
    assert_eq!((shown.text.as_str(), shown.edited), ("Какая цена?", true));
    acts(&world.messenger, on(Verb::Remove).message(asked));
    arrives::<Community>(world).await;
    assert_eq!(at_crm(world).pop().unwrap().text, "Удалено клиентом");
}

/// VK lets communities answer in public below posts alone.
async fn comments_elsewhere_are_answered_in_private(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (community, who) = (chat.ids.community, chat.ids.maria);
    for (on, id, word) in [("photo", 5, "photo"), ("video", 6, "video"), ("item", 7, "product")] {
        let comment = Act::of(Verb::Send).who(who).line(community).to(on, id).text(word);
        let came = brought::<Community>(world, |vk| _ = acts(vk, comment)).await;
        assert_eq!(came, [("text".to_owned(), word.to_owned())]);
        let comment = at_crm(world).pop().unwrap();
        let url = comment.payload["message"]["post"]["url"].as_str().unwrap_or_default().to_owned();
        assert!(url.contains(&format!("{word}-{community}_")), "{url}");
        let said = chat.manager_sends(world, HookMessage::text("Да").answering_comment(&comment.id)).await;
        world.deliver_to_the_end().await;
        let (code, words) = crate::messengers::played::shown(world, &said.message_id);
        assert!(code == 905 && words.contains("Ответьте лично"), "{code} {words}");
    }
    let sent = leaves(world, &chat, HookMessage::text("Лично")).await;
    assert_eq!(sent[0].text, "Лично");
}

/// A person who commented and never wrote has no dialogue.
async fn a_person_who_only_commented_cannot_be_written_to_in_private(world: &mut VkWorld) {
    let chat = crate::messengers::played::connected::<Community>(world).await;
    let (community, who) = (chat.ids.community, chat.ids.maria);
    acts(&world.messenger, Act::of(Verb::Send).who(who).line(community).to("post", 1).text("Цена?"));
    arrives::<Community>(world).await;
    is_reported(world, &chat, (904, "Попросите его сначала написать")).await;
}

once!(
    a_comment_arrives_and_is_answered_in_public_and_in_private,
    comments_elsewhere_are_answered_in_private,
    a_person_who_only_commented_cannot_be_written_to_in_private,
);
