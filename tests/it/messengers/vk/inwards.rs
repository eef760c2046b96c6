//! What customers and admins do in VK.

use parom_tests::once;
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::vk::{Act, Content, Given, NewChat, NewPerson, Verb, Vk};

use super::{Community, VkWorld, acts};
use crate::messengers::played::{arrives, brought, chatting};
use crate::messengers::{at_crm, pairs};

async fn everything_that_can_be_sent_arrives(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (who, community) = (chat.ids.maria, chat.ids.community);
    let two = Content::of("photo").saying("Две").file(Given::sample()).file(Given::sample());
    let place = Content::of("location").with("latitude", 55.75).with("longitude", 37.61);
    let odd = Content::of("raw").with("attachments", json!([{ "type": "new_thing" }]));
    for (content, came) in [
        (Content::text("<b> & \"цитата\""), &[("text", "<b> & \"цитата\"")][..]),
        (Content::of("photo").saying("Вот"), &[("picture", "Вот")]),
        (two, &[("picture", "Две"), ("picture", "")]),
        (Content::of("doc").saying("Смета"), &[("file", "Смета")]),
        (Content::of("voice"), &[("voice", "")]),
        (Content::of("graffiti"), &[("picture", "")]),
        (Content::of("sticker").with("id", 9019), &[("sticker", "")]),
        (place, &[("location", "")]),
        (Content::of("audio").with("artist", "A").with("title", "B"), &[("text", "[Музыка] A – B")]),
        (odd, &[("text", "[Сообщение не поддерживается. Попросите прислать текстом или файлом]")]),
    ] {
        let said = format!("{content:?}");
        let sending = |vk: &Vk| _ = vk.customer(who, community).sends(content).unwrap();
        assert_eq!(brought::<Community>(world, sending).await, pairs(came), "{said}");
    }
    let film = Content::of("video").with("title", "Film");
    let film = |vk: &Vk| _ = vk.customer(who, community).sends(film).unwrap();
    let came = brought::<Community>(world, film).await;
    assert!(came.len() == 1 && came[0].1.starts_with("[Видео] Film https://vk.com/video"), "{came:?}");
    for shown in at_crm(world).iter().filter(|one| ["picture", "file", "voice", "sticker"].contains(&one.kind.as_str()))
    {
        assert!(!shown.media.is_empty(), "{shown:?}");
    }
}

async fn edits_quotes_and_forwards_arrive(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (who, community) = (chat.ids.maria, chat.ids.community);
    world.messenger.customer(who, community).edits(1, "Hello!").unwrap();
    arrives::<Community>(world).await;
    let shown = at_crm(world).pop().unwrap();
    assert_eq!((shown.text.as_str(), shown.edited), ("Hello!", true));
    world.messenger.customer(who, community).replies(1, "И?").unwrap();
    arrives::<Community>(world).await;
    let quote = at_crm(world).pop().unwrap();
    assert_eq!(quote.payload["reply_to"]["message"]["id"].as_str(), Some(shown.id.as_str()), "{quote:#?}");
    let forward = Act::of(Verb::Send).who(who).line(community).text("Вот").with("forward", json!([1]));
    acts(&world.messenger, forward);
    arrives::<Community>(world).await;
    assert_eq!(at_crm(world).pop().unwrap().text, "Переслано от Maria Kovaleva:\n> Hello!\nВот");
}

async fn the_origin_of_a_customer_is_recorded(world: &mut VkWorld) {
    let chat = crate::messengers::played::connected::<Community>(world).await;
    let (who, community) = (chat.ids.maria, chat.ids.community);
    acts(&world.messenger, Act::of(Verb::Send).who(who).line(community).text("Hi").with("ref", "ad_7"));
    arrives::<Community>(world).await;
    assert_eq!(at_crm(world).len(), 1);
    let page = world.panel(chat.line.tenant_id).await.opens("/panel/messages").await.is(200);
    page.says(&["Maria Kovaleva"]);
}

/// What an admin writes in VK is the manager's; what programs send is not repeated.
async fn messages_of_an_admin_are_from_a_manager(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (peer, community) = (chat.ids.maria, chat.ids.community);
    let admin = world.messenger.add_person(NewPerson { first_name: "Oleg".into(), ..NewPerson::default() });
    let writes = Act::own("admin_writes").line(community).with("admin", admin).with("peer", peer).text("Перезвоню");
    assert_eq!(brought::<Community>(world, |vk| _ = acts(vk, writes)).await, pairs(&[("text", "Перезвоню")]));
    let shown = at_crm(world).pop().unwrap();
    let hello = at_crm(world).remove(0);
    assert_ne!(shown.sender_id, hello.sender_id, "not the customer's word");
    assert_eq!(shown.chat_id, hello.chat_id);
}

async fn a_group_chat_is_one_conversation(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (who, community) = (chat.ids.maria, chat.ids.community);
    let other = world.messenger.add_person(NewPerson { first_name: "Pavel".into(), ..NewPerson::default() });
    let new = NewChat { title: "Project".to_owned(), community, members: vec![who, other] };
    let room = world.messenger.add_chat(new);
    for (who, text) in [(who, "When?"), (other, "Soon?")] {
        world.messenger.customer(who, community).at("chat", room).writes(text).unwrap();
    }
    arrives::<Community>(world).await;
    let came = at_crm(world).split_off(1);
    assert_eq!(came.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["When?", "Soon?"]);
    assert_eq!(came[0].chat_id, came[1].chat_id);
    assert_ne!(came[0].sender_id, came[1].sender_id);
    chat.line.manager_sends(world, &room.to_string(), HookMessage::text("Tomorrow")).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.dialogue(community, room)[2].text, "Tomorrow");
    arrives::<Community>(world).await;
    assert_eq!(at_crm(world).len(), 3);
}

once!(
    everything_that_can_be_sent_arrives,
    edits_quotes_and_forwards_arrive,
    the_origin_of_a_customer_is_recorded,
    messages_of_an_admin_are_from_a_manager,
    a_group_chat_is_one_conversation,
);
