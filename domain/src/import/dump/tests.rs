use std::io::{Cursor, Write};

use encoding_rs::WINDOWS_1251;
use proptest::prelude::{any, proptest};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

/// 2025-01-01.
const NOW: i64 = 1_735_689_600_000;

fn we(name: &str) -> DumpOptions {
    DumpOptions { we: name.to_owned(), ..DumpOptions::default() }
}

/// What is found in a file of this name, or why it is refused, in English.
fn found(name: &str, file: impl Into<Vec<u8>>, options: DumpOptions) -> std::result::Result<Vec<Found>, String> {
    let (to, mut from) = mpsc::channel(10_000);
    let zone = options.zone.unwrap_or(Zone::UTC);
    let context = DumpContext { format: None, options, file_name: name.to_owned(), zone, now: NOW, most_mb: 1 };
    read(Box::new(Cursor::new(file.into())), &context, to).map_err(|error| error.first_text().to_string())?;
    Ok(std::iter::from_fn(|| from.try_recv().ok()).collect())
}

fn messages(found: &[Found]) -> Vec<&DumpMessage> {
    let mut messages = Vec::new();
    for one in found {
        if let Found::Message { message, .. } = one {
            messages.push(&**message);
        }
    }
    messages
}

/// Side and text of each message, with its time.
fn said(found: &[Found]) -> Vec<(String, String)> {
    let said = |one: &&DumpMessage| {
        let side = if one.author.is_some() { "we" } else { "customer" };
        let at = DateTime::from_timestamp_millis(one.sent_at).unwrap().format("%F %T");
        (format!("{at} {side}"), one.text.clone())
    };
    messages(found).iter().map(said).collect()
}

fn skipped(found: &[Found]) -> Vec<(i64, &str)> {
    let mut skipped = Vec::new();
    for one in found {
        if let Found::Skipped { line, reason } = one {
            skipped.push((*line, reason.key()));
        }
    }
    skipped
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const TELEGRAM: &str = r#"{
 "about": "Here is the data",
 "personal_information": {"user_id": 999, "first_name": "Olga"},
 "contacts": {"about": "", "list": [{"user_id": 123, "first_name": "Anna"}]},
 "chats": {
  "about": "",
  "list": [
   {
    "name": "Anna",
    "type": "personal_chat",
    "id": 123,
    "messages": [
     {"id": 1, "type": "message", "date": "2024-05-01T10:00:00", "date_unixtime": "1714557600", "from": "Anna", "from_id": "user123", "text": "Здравствуйте\x0B"},
     {"id": 2, "type": "message", "date": "2024-05-01T10:01:00", "date_unixtime": "1714557660", "from": "Olga", "from_id": "user999",
      "reply_to_message_id": 1, "text": ["Good ", {"type": "bold", "text": "morning"}, ": ", {"type": "link", "text": "https://shop.example"}]},
     {"id": 3, "type": "service", "date": "2024-05-01T10:02:00", "date_unixtime": "1714557720", "actor": "Anna", "actor_id": "user123", "action": "phone_call", "text": ""},
     {"id": 4, "type": "unsupported"},
     {"id": 5, "type": "message", "date_unixtime": "1714557780", "from": null, "from_id": "user123", "photo": "photos/photo_1.jpg", "text": "look"},
     {"id": 6, "type": "message", "date_unixtime": "1714557840", "from": "Anna", "from_id": "user123", "media_type": "voice_message",
      "file": "(File not included. Change data exporting settings to download.)", "text": ""},
     {"id": 7, "type": "message", "date_unixtime": "1714557900", "from": "Anna", "from_id": "user123", "location_information": {"latitude": 55.75, "longitude": 37.61}, "text": ""},
     {"id": 8, "type": "message", "date_unixtime": "1714557960", "from": "Anna", "from_id": "user123",
      "contact_information": {"first_name": "Boris", "last_name": "", "phone_number": "+7 915 111 22 33"}, "text": ""},
     {"id": 9, "type": "message", "date_unixtime": "1714558020", "from": "Anna", "from_id": "user123", "poll": {"question": "?"}, "text": ""}
    ]
   },
   {"name": "Friends", "type": "private_group", "id": 7, "messages": [{"id": 1, "text": "not of customers"}]},
   {"type": "saved_messages", "id": 999, "messages": []}
  ]
 }
}"#;

#[test]
fn telegrams_export_of_all_chats_is_read() {
    let found = found("result.json", TELEGRAM, DumpOptions::default()).unwrap();
    let texts = said(&found);
    let text = |place: usize| (texts[place].0.as_str(), texts[place].1.as_str());
    assert_eq!(text(0), ("2024-05-01 10:00:00 customer", "Здравствуйте\u{b}"));
    assert_eq!(text(1), ("2024-05-01 10:01:00 we", "Good morning: https://shop.example"));
    let all = messages(&found);
    let reply = all[1].json(None);
    assert_eq!((&reply["id"], &reply["reply_to"]["id"]), (&json!("telegram-123-2"), &json!("telegram-123-1")));
    assert_eq!(reply["sender"], json!({"role": "manager", "id": "telegram-999", "name": "Olga"}));
    assert_eq!((&reply["receiver"]["id"], &reply["conversation"]["id"]), (&json!("123"), &json!("123")));
    // Files that are not in the export are named.
    assert_eq!(all[2].json(None)["content"], json!({"type": "text", "text": "[photo_1.jpg]\nlook"}));
    assert_eq!(all[3].json(None)["content"], json!({"type": "text", "text": "[voice]"}));
    assert_eq!(all[4].json(None)["content"], json!({"type": "location", "latitude": 55.75, "longitude": 37.61}));
    assert_eq!(all[5].json(None)["content"], json!({"type": "contact", "name": "Boris", "phone": "+7 915 111 22 33"}));
    assert_eq!(all.len(), 6);
    let wanted = [
        (16, "said-dump-note"),
        (17, "said-dump-strange"),
        (24, "said-dump-nothing"),
        (27, "said-dump-group"),
        (28, "said-dump-no-customer"),
    ];
    assert_eq!(skipped(&found), wanted);
}

#[test]
fn telegrams_chat_in_an_archive_brings_its_files() {
    let chat = r#"{"name": "Anna", "type": "personal_chat", "id": 123, "messages": [
        {"id": 1, "type": "message", "date": "2019-05-01T10:00:00", "from": "Anna", "from_id": 123, "photo": "photos/1.jpg", "text": ""},
        {"id": 2, "type": "message", "date": "yesterday", "from": "Anna", "from_id": 123, "text": "when"}]}"#;
    let archive = zipped(&[
        ("ChatExport/photos/1.jpg", b"\xff\xd8\xffpicture".as_slice()),
        ("ChatExport/result.json", chat.as_bytes()),
        ("ChatExport/files/notes.txt", b"[1/1/24, 10:00:00] Anna: not the chat"),
    ]);
    let options = DumpOptions { zone: Zone::parse("Europe/Moscow"), ..DumpOptions::default() };
    let found = found("export.zip", archive, options).unwrap();
    assert!(matches!(&found[0], Found::Bytes(bytes) if bytes.ends_with(b"picture")), "{found:?}");
    assert!(matches!(&found[1], Found::Message { message, .. } if message.passed_file().is_some()), "{found:?}");
    assert_eq!(said(&found)[0].0, "2019-05-01 07:00:00 customer", "an old export has local times");
    assert_eq!(skipped(&found), [(3, "said-dump-no-date")]);
}

#[test]
fn json_that_is_cut_or_damaged_names_its_line() {
    let refused = |text: &str| found("result.json", text, DumpOptions::default()).unwrap_err();
    let cut = &TELEGRAM[..TELEGRAM.find("\"morning\"").unwrap()];
    assert_eq!(refused(cut), "the file ends in the middle, at line 15: export it again");
    let damaged = TELEGRAM.replace("\"id\": 3,", "\"id\" 3,");
    assert_eq!(refused(&damaged), "the file is damaged at line 16: export it again");
    let long = TELEGRAM.replace("look", &"x".repeat(walk::MOST_OBJECT));
    assert!(refused(&long).starts_with("the file is damaged at line 18"), "no message fills the memory");
    let headless = TELEGRAM.replace("\"type\": \"personal_chat\",", "");
    assert!(refused(&headless).starts_with("the file is damaged at line"), "whose chat it is has to come first");
}

const ANDROID: &str = "\
22.03.2024, 14:35 - Сообщения и звонки защищены сквозным шифрованием.
22.03.2024, 14:36 - Анна: Добрый день!
Сколько стоит доставка?

Спасибо
22.03.2024, 14:40 - Ольга: Триста: по городу
22.03.2024, 14:41 - Анна: IMG-20240322-WA0001.jpg (файл добавлен)
вот адрес
22.03.2024, 14:42 - Анна: <Без медиафайлов>
22.03.2024, 14:43 - Ольга: хорошо <Сообщение изменено>
22.03.2024, 14:44 - Ольга: Вы удалили данное сообщение
";

#[test]
fn a_chat_of_android_is_read() {
    let found = found("Чат WhatsApp с Анна.txt", ANDROID, DumpOptions::default()).unwrap();
    let texts = said(&found);
    let wanted = [
        ("2024-03-22 14:36:00 customer", "Добрый день!\nСколько стоит доставка?\n\nСпасибо"),
        ("2024-03-22 14:40:00 we", "Триста: по городу"),
        ("2024-03-22 14:41:00 customer", "вот адрес"),
        ("2024-03-22 14:43:00 we", "хорошо"),
    ];
    assert_eq!(texts, wanted.map(|(side, text)| (side.to_owned(), text.to_owned())));
    let picture = messages(&found)[2].json(None);
    assert_eq!(picture["content"]["text"], "[IMG-20240322-WA0001.jpg]\nвот адрес");
    assert_eq!(skipped(&found), [(1, "said-dump-note"), (9, "said-dump-omitted"), (11, "said-dump-note")]);
}

#[test]
fn a_chat_of_ios_brings_its_files() {
    let chat = "\u{feff}[12/3/25, 2:33:40\u{202f}p.\u{a0}m.] \u{202a}+57\u{a0}310\u{a0}2345678\u{202c}: \u{200e}Los mensajes y las llamadas están cifrados.\r
[12/3/25, 2:33:41\u{202f}p.\u{a0}m.] \u{202a}+57\u{a0}310\u{a0}2345678\u{202c}: hola\r
\u{200e}[12/3/25, 2:34:00\u{202f}p.\u{a0}m.] Luma: \u{200e}<adjunto: 00000002-PHOTO.jpg>\r
[25/3/25, 12:05:00\u{202f}a.\u{a0}m.] Luma: \u{200e}imagen omitida\r
[25/3/25, 12:06:00\u{202f}a.\u{a0}m.] Luma: tarde \u{200e}<Se editó este mensaje.>\r
";
    let archive = zipped(&[("_chat.txt", chat.as_bytes()), ("00000002-PHOTO.jpg", b"\xff\xd8\xffpicture".as_slice())]);
    let late = DumpContext {
        format: None,
        options: we("Luma"),
        file_name: "WhatsApp Chat.zip".to_owned(),
        zone: Zone::UTC,
        now: NOW + 365 * 86_400_000,
        most_mb: 1,
    };
    let (to, mut from) = mpsc::channel(100);
    read(Box::new(Cursor::new(archive)), &late, to).unwrap();
    let found: Vec<Found> = std::iter::from_fn(|| from.try_recv().ok()).collect();
    let texts = said(&found);
    assert_eq!(texts[0], ("2025-03-12 14:33:41 customer".to_owned(), "hola".to_owned()));
    assert_eq!(texts[1].0, "2025-03-12 14:34:00 we");
    assert_eq!(texts[2], ("2025-03-25 00:06:00 we".to_owned(), "tarde".to_owned()));
    let all = messages(&found);
    assert_eq!((all[0].chat.as_str(), all[0].customer.phone.as_deref()), ("573102345678", Some("+573102345678")));
    assert!(all[1].passed_file().is_some() && matches!(&found[2], Found::Bytes(_)), "{found:?}");
    assert_eq!(skipped(&found), [(1, "said-dump-note"), (4, "said-dump-note")]);
}

#[test]
fn every_form_of_a_first_line_is_read() {
    for (line, wanted) in [
        ("05/10/2024 14:20 - Ana: oi", "2024-10-05 14:20:00"),
        ("05/10/2024, 14:20 - Ana: oi", "2024-10-05 14:20:00"),
        ("[05/10/2024, 14:20:07] Ana: oi", "2024-10-05 14:20:07"),
        ("[05/10/24, 14:20:07] Ana: oi", "2024-10-05 14:20:07"),
        ("5/10/24, 2:20\u{202f}PM - Ana: oi", "2024-10-05 14:20:00"),
        ("5/10/24, 12:20 a. m. - Ana: oi", "2024-10-05 00:20:00"),
        ("05.10.24, 14:20 - Ana: oi", "2024-10-05 14:20:00"),
        ("[05.10.2024, 14:20:07] Ana: oi", "2024-10-05 14:20:07"),
        ("5-10-2024 14:20 - Ana: oi", "2024-10-05 14:20:00"),
        ("2024-10-05, 14:20 - Ana: oi", "2024-10-05 14:20:00"),
        ("[2024/10/05, 14:20:07] ~\u{202f}Ana: oi", "2024-10-05 14:20:07"),
    ] {
        let options = DumpOptions { dates: Some(DateOrder::DayFirst), ..we("Olga") };
        let found = found("chat.txt", line, options).unwrap();
        assert_eq!(said(&found), [(format!("{wanted} customer"), "oi".to_owned())], "{line}");
    }
    for line in [
        "5/10/24, 13:20 PM - Ana: oi",
        "5/10, 14:20 - Ana: oi",
        "14:20 - Ana: oi",
        "1/2/3/4",
        "[x] Ana: oi",
        "5/10/24, 25:20 - Ana: oi",
    ] {
        assert!(!whatsapp::is_header(line), "{line}");
    }
}

#[test]
fn files_are_named_in_four_languages() {
    for body in [
        "IMG.jpg (file attached)",
        "IMG.jpg (файл добавлен)",
        "IMG.jpg (archivo adjunto)",
        "IMG.jpg (arquivo anexado)",
        "\u{200e}<attached: IMG.jpg>",
        "\u{200e}<прикреплено: IMG.jpg>",
        "\u{200e}<adjunto: IMG.jpg>",
        "\u{200e}<anexado: IMG.jpg>",
    ] {
        let found = found("chat.txt", format!("13/5/24, 10:00 - Ana: {body}"), we("Olga")).unwrap();
        let all = messages(&found);
        assert!(matches!(&all[0].attached, Attached::File { name, .. } if name == "IMG.jpg"), "{body}: {found:?}");
    }
    for (body, reason) in [
        ("<Media omitted>", "said-dump-omitted"),
        ("<Multimedia omitido>", "said-dump-omitted"),
        ("<Mídia oculta>", "said-dump-omitted"),
        ("This message was deleted", "said-dump-note"),
        ("Se eliminó este mensaje.", "said-dump-note"),
        ("Mensagem apagada", "said-dump-note"),
        ("\u{200e}Missed voice call", "said-dump-note"),
        ("", "said-dump-nothing"),
    ] {
        let found = found("chat.txt", format!("13/5/24, 10:00 - Ana: hi\n13/5/24, 10:00 - Ana: {body}"), we("Olga"));
        assert_eq!(skipped(&found.unwrap()), [(2, reason)], "{body}");
    }
}

#[test]
fn the_whole_file_decides_the_order_of_its_dates() {
    let times = |text: &str, dates| {
        let options = DumpOptions { dates, ..we("Olga") };
        found("chat.txt", text, options)
            .map(|found| said(&found).into_iter().map(|(at, _)| at[..10].to_owned()).collect::<Vec<_>>())
    };
    let ambiguous = "1/2/24, 10:00 - Ana: a\n";
    assert_eq!(times(&format!("{ambiguous}13/2/24, 10:00 - Ana: b"), None).unwrap(), ["2024-02-01", "2024-02-13"]);
    assert_eq!(times(&format!("{ambiguous}2/13/24, 10:00 - Ana: b"), None).unwrap(), ["2024-01-02", "2024-02-13"]);
    assert_eq!(times(ambiguous, Some(DateOrder::MonthFirst)).unwrap(), ["2024-01-02"]);
    assert_eq!(times("1.2.24, 10:00 - Ana: a", None).unwrap(), ["2024-02-01"]);
    assert!(times(ambiguous, None).unwrap_err().starts_with("no date in this file shows"));
    let joined = times(&format!("{ambiguous}13/2/24, 10:00 - Ana: b\n2/13/24, 10:00 - Ana: c"), None);
    assert!(joined.unwrap_err().starts_with("line 2 has the day first, line 3 the month"));
    let mixed = times(&format!("{ambiguous}[13/2/24, 10:00:00] Ana: b"), None);
    assert!(mixed.unwrap_err().starts_with("line 2 is written in another way"));
    for date in ["31.2.24", "1.1.26"] {
        let refused = times(&format!("1.1.24, 10:00 - Ana: a\n{date}, 10:00 - Ana: b"), None).unwrap_err();
        assert!(refused.starts_with("the date on line 2 does not exist or is in the future"), "{refused}");
    }
}

#[test]
fn a_chat_that_does_not_say_who_is_who_lists_its_names() {
    let chat = "13/5/24, 10:00 - Ana: a\n13/5/24, 10:01 - Olga: b\n";
    let refused = |text: &str, name: &str, options| found(name, text, options).unwrap_err();
    assert!(refused(chat, "chat.txt", DumpOptions::default()).ends_with("--we): Ana, Olga"));
    assert!(refused(chat, "chat.txt", we("Maria")).ends_with("--we): Ana, Olga"));
    for (name, options) in [("chat.txt", we("olga")), ("WhatsApp Chat with Ana.txt", DumpOptions::default())] {
        let found = found(name, chat, options).unwrap();
        assert_eq!(messages(&found)[1].author.as_ref().unwrap().name.as_deref(), Some("Olga"), "{name}");
        assert_eq!(messages(&found)[0].customer.name.as_deref(), Some("Ana"), "{name}");
    }
    let only_us = found("WhatsApp Chat - Ana.txt", "13/5/24, 10:01 - Olga: b", we("Olga")).unwrap();
    assert_eq!(messages(&only_us)[0].customer.name.as_deref(), Some("Ana"));
    let three = format!("{chat}13/5/24, 10:02 - Boris: c\n");
    assert_eq!(
        refused(&three, "chat.txt", we("Olga")),
        "groups are not imported, only chats with one customer: Ana, Boris, Olga"
    );
    let group = format!("13/5/24, 9:00 - Olga created group \"Friends\"\n{chat}");
    assert!(refused(&group, "chat.txt", we("Olga")).starts_with("groups are not imported"));
    let phone = |phone: &str| DumpOptions { phone: phone.to_owned(), ..we("Olga") };
    let known = found("chat.txt", chat, phone("7 (915) 111-22-33")).unwrap();
    assert_eq!(messages(&known)[0].chat, "79151112233");
    assert!(refused(chat, "chat.txt", phone("Anna")).contains("country code"));
}

/// A later export of the same chat begins later or goes on longer.
#[test]
fn ids_are_those_of_an_earlier_export() {
    let ids = |text: &str| -> Vec<String> {
        let found = found("chat.txt", text, we("Olga")).unwrap();
        messages(&found).iter().map(|one| one.id.clone()).collect()
    };
    let first = "13/5/24, 10:00 - Ana: ok\n13/5/24, 10:00 - Ana: ok\n13/5/24, 10:00 - Olga: ok\n";
    let (before, after) = (ids(first), ids(&format!("12/5/24, 10:00 - Ana: hi\n{first}13/5/24, 10:01 - Ana: ok\n")));
    assert_eq!(before, after[1..4]);
    assert_eq!(after.iter().collect::<std::collections::BTreeSet<_>>().len(), 5, "equal messages differ");
}

#[test]
fn lines_before_the_first_message_and_broken_ones_are_listed() {
    let text = [
        b"what is this\n\n13/5/24, 10:00 - Ana: \xd0\xbf\n13/5/24, 10:01 - Ana: \xff\xfe\n13/5/24, 10:02 - Ana: "
            .as_slice(),
        &[b'x'; 300_000],
        b"\n13/5/24, 10:03 - Ana: end",
    ]
    .concat();
    let found = found("chat.txt", text, we("Olga")).unwrap();
    assert_eq!(said(&found).iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["п", "end"]);
    assert_eq!(skipped(&found), [(1, "said-dump-strange"), (4, "said-import-not-utf8"), (5, "said-too-large")]);
}

#[test]
fn every_encoding_is_recognised() {
    let utf_16 =
        |text: &str, to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(to_bytes).collect() };
    for (name, text) in [("Чат WhatsApp с Анна.txt", ANDROID), ("result.json", TELEGRAM)] {
        let wanted = said(&found(name, text, DumpOptions::default()).unwrap());
        let marked = format!("\u{feff}{text}");
        for file in [
            marked.clone().into_bytes(),
            WINDOWS_1251.encode(text).0.into_owned(),
            utf_16(text, u16::to_le_bytes),
            utf_16(text, u16::to_be_bytes),
            utf_16(&marked, u16::to_le_bytes),
            utf_16(&marked, u16::to_be_bytes),
        ] {
            let found = found(name, file.clone(), DumpOptions::default());
            assert_eq!(said(&found.unwrap()), wanted, "{name} {:02x?}", &file[..4]);
        }
    }
    let other = encoding_rs::KOI8_R.encode(ANDROID).0.into_owned();
    assert!(found("chat.txt", other, we("x")).unwrap_err().contains("encoding of this file is unknown"));
}

const CHATWOOT: &str = r#"{
 "meta": {"contact": {"id": 5, "name": "Anna"}},
 "payload": [
  {"id": 11, "content": "Hello", "conversation_id": 42, "message_type": 0, "created_at": 1714557600, "private": false,
   "sender": {"id": 5, "name": "Anna", "email": "anna@example.com", "phone_number": "+79151112233", "type": "contact"}},
  {"id": 12, "content": "Good morning", "conversation_id": 42, "message_type": 1, "created_at": 1714557660, "private": false,
   "content_attributes": {"in_reply_to": 11}, "sender": {"id": 1, "name": "Olga", "type": "user"}},
  {"id": 13, "content": "call her", "conversation_id": 42, "message_type": 1, "created_at": 1714557661, "private": true},
  {"id": 14, "content": "Assigned to Olga", "conversation_id": 42, "message_type": 2, "created_at": 1714557662},
  {"id": 15, "content": null, "conversation_id": 42, "message_type": "incoming", "created_at": "2024-05-01T10:02:00Z",
   "attachments": [
    {"file_type": "image", "data_url": "https://chat.example/rails/a.png?x=1"},
    {"file_type": "location", "coordinates_lat": 55.75, "coordinates_long": 37.61}
   ], "sender": {"id": 5, "name": "Anna"}},
  {"id": 16, "content": "", "conversation_id": 42, "message_type": 0, "created_at": 1714557700},
  {"id": 17, "content": "x", "conversation_id": 42, "message_type": 9, "created_at": 1714557700},
  {"id": 18, "content": "x", "conversation_id": 42, "message_type": 0}
 ]
}"#;

#[test]
fn chatwoots_messages_are_read() {
    let found = found("messages.json", CHATWOOT, DumpOptions::default()).unwrap();
    let all = messages(&found);
    let hello = all[0].json(None);
    let sender = json!({"role": "client", "id": "chatwoot-42", "name": "Anna", "phone": "+79151112233", "email": "anna@example.com"});
    assert_eq!((&hello["sender"], &hello["sent_at"]), (&sender, &json!("2024-05-01T10:00:00.000Z")));
    let answer = all[1].json(None);
    assert_eq!((&answer["sender"]["name"], &answer["reply_to"]["id"]), (&json!("Olga"), &json!("chatwoot-11")));
    assert_eq!(answer["receiver"], json!({"id": "chatwoot-42"}));
    let picture = all[2].json(None);
    let content = json!({"type": "picture", "text": null, "file_name": "a.png", "media_url": "https://chat.example/rails/a.png?x=1"});
    assert_eq!((&picture["content"], &picture["id"]), (&content, &json!("chatwoot-15")));
    assert_eq!(
        (all[3].json(None)["content"]["type"].clone(), all[3].id.as_str()),
        (json!("location"), "chatwoot-15-1")
    );
    let wanted = [
        (8, "said-dump-note"),
        (9, "said-dump-note"),
        (15, "said-dump-nothing"),
        (16, "said-dump-strange"),
        (17, "said-dump-no-date"),
    ];
    assert_eq!(skipped(&found), wanted);
}

#[test]
fn chatwoots_pages_may_follow_each_other_and_be_nested() {
    let message = |id: i64| json!({"id": id, "content": "x", "conversation_id": 1, "message_type": 0, "created_at": 1_714_557_600});
    let list = json!({"data": {"payload": [{"id": 1, "messages": [message(1), message(2)], "meta": {"sender": {}},
        "last_non_activity_message": message(2)}]}});
    let pages = format!("{list}\n{}{}\n", json!({"payload": [message(3)]}), json!([message(4)]));
    let found = found("pages.json", pages, DumpOptions::default()).unwrap();
    let lines: Vec<i64> =
        found.iter().filter_map(|one| if let Found::Message { line, .. } = one { Some(*line) } else { None }).collect();
    assert_eq!(
        messages(&found).iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        ["chatwoot-1", "chatwoot-2", "chatwoot-3", "chatwoot-4"]
    );
    assert_eq!(lines, [1, 2, 3, 4], "on one line they are numbered");
    let cut = format!("{list}{{\"payload\": [");
    assert!(
        self::found("pages.json", cut, DumpOptions::default())
            .unwrap_err()
            .starts_with("the file ends in the middle, at line 1")
    );
}

#[test]
fn formats_are_recognised_by_their_first_bytes() {
    let lines = r#"{"id":"1","conversation":{"id":"c"},"content":{"type":"text","text":"\"messages\":[ and \"message_type\":"}}"#;
    for (head, name, wanted) in [
        (TELEGRAM, "x.txt", Some(Format::Telegram)),
        (r#"{"name": "Anna", "type": "personal_chat", "id": 1, "messages": ["#, "x", Some(Format::Telegram)),
        (CHATWOOT, "x", Some(Format::Chatwoot)),
        (r#"{"data": {"meta": {}, "payload": ["#, "x", Some(Format::Chatwoot)),
        (ANDROID, "x.csv", Some(Format::WhatsApp)),
        (lines, "old.ndjson", Some(Format::Lines)),
        ("id,conversation.id,sender.role,content.type\n", "old.csv", Some(Format::Csv)),
        ("", "old.csv", Some(Format::Csv)),
        ("PK\u{3}\u{4}", "x", None),
    ] {
        assert_eq!(format_of(head.as_bytes(), name), wanted, "{head:.40}");
    }
    for archive in [zipped(&[("a.jpg", b"x".as_slice())]), zipped(&[("a.txt", b"only a note".as_slice())])] {
        assert!(found("x.zip", archive, DumpOptions::default()).unwrap_err().starts_with("this file is neither"));
    }
    assert!(
        found("x.zip", *b"PK\x03\x04nothing", DumpOptions::default())
            .unwrap_err()
            .starts_with("the archive is damaged")
    );
}

proptest! {
    #[test]
    fn nothing_that_strangers_write_stops_a_reader(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        chat in "[\\[\\]0-9/:., AnaPMpm<>()\\u{200e}\\n-]{0,200}",
        json in "[\\{\\}\\[\\]\",:0-9a\\\\ x\\n]{0,200}",
    ) {
        let lines = format!("13/5/24, 10:00 - Ana: x\n{chat}");
        for (format, file) in [
            (Format::WhatsApp, bytes.clone()),
            (Format::Telegram, bytes),
            (Format::WhatsApp, lines.into_bytes()),
            (Format::Telegram, json.clone().into_bytes()),
            (Format::Chatwoot, json.into_bytes()),
        ] {
            let context = DumpContext { format: Some(format), options: we("Olga"), file_name: String::new(), zone: Zone::UTC, now: NOW, most_mb: 1 };
            let _ = read(Box::new(Cursor::new(file)), &context, mpsc::channel(1000).0);
        }
    }
}
