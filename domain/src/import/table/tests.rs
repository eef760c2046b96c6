use base::phone::Country;
use serde_json::json;

use super::*;
use crate::import::dump::DumpMessage;

const MOSCOW: &str = "Europe/Moscow";
/// 2026-01-01.
const NOW: i64 = 1_767_225_600_000;

fn table(names: &[&str], rows: &[&[&str]]) -> Table {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut table = Table::of(&names);
    rows.iter().for_each(|row| table.survey(&owned(row)));
    table.guess();
    table
}

fn owned(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn read(table: &Table, rows: &[&[&str]]) -> Vec<Result<DumpMessage, String>> {
    let mut reader = RowReader::new(table, Zone::named(MOSCOW), Country::of_code("RU"), NOW).unwrap();
    rows.iter().map(|row| reader.message(&owned(row)).map_err(|reason| reason.key().to_owned())).collect()
}

fn open(table: &Table) -> Vec<String> {
    table.open().iter().map(|one| format!("{} {}", one.pointer, one.detail.key())).collect()
}

/// Each row: the names of the columns, and what is guessed of them.
#[test]
fn names_of_columns_are_understood_in_four_languages() {
    for (names, wanted) in [
        ("Date;Direction;Phone;Name;Message", "sent_at,sender,phone,name,text"),
        ("id;chat_id;created_at;from;text;file_url", "id,chat,sent_at,sender,text,file"),
        ("Timestamp|Customer Name|Agent Name|Message Text|Type", "sent_at,name,manager,text,sender"),
        ("Sent on;Time;Author;Contact phone;Body", "sent_at,time,sender,phone,text"),
        ("Дата;Время;Кто написал;Клиент;Текст сообщения", "sent_at,time,sender,name,text"),
        ("Дата и время;Направление;Телефон клиента;ФИО;Сообщение", "sent_at,sender,phone,name,text"),
        ("№;Дата отправки;Тип;Менеджер;Номер телефона;Текст", ",sent_at,sender,manager,phone,text"),
        ("ID диалога;ID сообщения;Создано;Автор;Содержание;Вложения", "chat,id,sent_at,sender,text,file"),
        ("Fecha y hora;Dirección;Teléfono;Nombre del cliente;Mensaje", "sent_at,sender,phone,name,text"),
        ("Fecha;Hora;Remitente;Correo electrónico;Texto;Adjunto", "sent_at,time,sender,email,text,file"),
        ("ID del chat;Fecha de envío;Tipo;Agente;Contenido", "chat,sent_at,sender,manager,text"),
        ("Data e hora;Direção;Telefone;Nome do cliente;Mensagem", "sent_at,sender,phone,name,text"),
        ("Data;Hora;Remetente;Celular;Conteúdo;Anexo", "sent_at,time,sender,phone,text,file"),
        ("Conversa;Data de envio;Atendente;E-mail;Texto da mensagem", "chat,sent_at,manager,email,text"),
        ("conversation.id;sent_at;sender.role;sender.phone;content.text", "chat,sent_at,sender,phone,text"),
        ("Сумма;Цвет;Price;color", ""),
        ("Date;Date;Text;Text", "sent_at,,text"),
    ] {
        let names: Vec<&str> = names.split([';', '|']).collect();
        assert_eq!(table(&names, &[]).chosen(), wanted, "{names:?}");
    }
}

/// Each row: dates of a column, and what they show. A choice is asked for only where all may be read in two ways.
#[test]
fn the_order_of_day_and_month_is_found_or_asked_for() {
    let at = |date: &str, table: &Table| dates::moment(date, "", table.order(), Zone::UTC);
    let utc = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis());
    let april = "2025-04-03T00:00:00Z";
    let march = "2025-03-04T00:00:00Z";
    for (column, asks, date, read) in [
        (vec!["03.04.2025"], "", "03.04.2025", april),
        (vec!["03/04/2025", "13/04/2025"], "", "03/04/2025", april),
        (vec!["03/04/2025", "04/13/2025"], "", "03/04/2025", march),
        (vec!["3-4-25", "04-30-25"], "", "3-4-25", march),
        (vec!["03/04/2025", "05/06/2025"], "said-import-dates", "03/04/2025", april),
        (vec!["13/04/2025", "04/13/2025"], "said-import-dates-mixed", "03/04/2025", april),
        (vec!["03/03/2025"], "", "03/04/2025", april),
        (vec!["2025-04-03"], "", "2025-04-03", april),
        (vec!["2025/04/03"], "", "2025/04/03", april),
    ] {
        let rows: Vec<[&str; 3]> = column.iter().map(|date| [*date, "x", "Anna"]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        let table = table(&["Date", "Text", "Name"], &rows);
        let wanted: Vec<String> = (!asks.is_empty()).then(|| format!("/dates {asks}")).into_iter().collect();
        assert_eq!(open(&table), wanted, "{column:?}");
        assert_eq!(at(date, &table), utc(read), "{column:?}");
        assert_eq!(table.unclear_date().is_some(), asks == "said-import-dates", "{column:?}");
    }
    let mut chosen = table(&["Date", "Text", "Name"], &[&["03/04/2025", "x", "Anna"]]);
    chosen.dates = Some(DateOrder::MonthFirst);
    assert!(open(&chosen).is_empty());
    assert_eq!(at("03/04/2025", &chosen), utc(march));
}

#[test]
fn dates_are_read_in_the_forms_that_tables_have() {
    let ten = Some(1_740_812_400_000);
    for (date, time, wanted) in [
        ("01.03.2025 10:00", "", ten),
        ("01.03.2025, 10:00:00", "", ten),
        ("01.03.25", "10:00", ten),
        ("10:00 01.03.2025", "", ten),
        ("2025-03-01 10:00:00", "", ten),
        ("2025-03-01T10:00:00.000", "", ten),
        ("2025-03-01T07:00:00Z", "", ten),
        ("2025-03-01 07:00:00+00:00", "", ten),
        ("2025-03-01 10:00:00 +0300", "", ten),
        ("01/03/2025 10:00 AM", "", ten),
        ("01/03/2025", "10:00 a. m.", ten),
        ("1740812400", "", ten),
        ("1740812400000", "", ten),
        ("1.3.2025", "", Some(1_740_776_400_000)),
        ("31.02.2025", "", None),
        ("03.13.2025", "", None),
        ("01.03.2025 25:00", "", None),
        ("yesterday", "", None),
        ("", "", None),
        ("12", "", None),
        ("+1.-2.2025", "", None),
        ("1.2.3.2025", "", None),
    ] {
        assert_eq!(dates::moment(date, time, DateOrder::DayFirst, Zone::named(MOSCOW)), wanted, "{date} {time}");
    }
}

#[test]
fn rows_become_messages_of_both_sides() {
    let names = ["Дата", "Направление", "Телефон", "Клиент", "Менеджер", "Текст", "Файл"];
    let rows: [&[&str]; 10] = [
        &["01.03.2025 10:00", "Входящее", "8 (915) 111-22-33", "Анна", "", "Здравствуйте", ""],
        &[
            "01.03.2025 10:01",
            "исходящее",
            "+7 915 111 22 33",
            "Анна",
            "Ольга",
            "Добрый день",
            "https://shop.example/price.pdf?x=1",
        ],
        &["01.03.2025 10:01", "Исходящее", "79151112233", "Анна", "Ольга", "ок", ""],
        &["01.03.2025 10:01", "Исходящее", "79151112233", "Анна", "Ольга", "ок", ""],
        &["01.03.2031 10:00", "Входящее", "79151112233", "", "", "x", ""],
        &["01.03.2025 10:00", "Входящее", "8 915 abc", "", "", "x", ""],
        &["01.03.2025 10:00", "Входящее", "", "", "", "x", ""],
        &["01.03.2025 10:00", "Входящее", "79151112233", "", "", "", ""],
        &["01.03.2025 10:00", "", "79151112233", "", "", "x", ""],
        &["когда-то", "Входящее"],
    ];
    let table = table(&names, &rows);
    assert!(open(&table).is_empty(), "{:?}", open(&table));
    assert_eq!(table.we, ["исходящее", "Исходящее"]);
    let read = read(&table, &rows);
    let whole = |place: usize| read[place].as_ref().unwrap();
    let (first, second) = (whole(0), whole(1));
    assert_eq!((first.chat.as_str(), first.sent_at, first.author.is_none()), ("79151112233", 1_740_812_400_000, true));
    assert_eq!(first.customer.phone.as_deref(), Some("+79151112233"));
    assert_eq!((second.author.as_ref().unwrap().name.as_deref(), second.chat.as_str()), (Some("Ольга"), "79151112233"));
    let json = second.json(None);
    assert_eq!(
        json["content"],
        json!({"type": "file", "text": "Добрый день", "file_name": "price.pdf", "media_url": "https://shop.example/price.pdf?x=1"})
    );
    assert_eq!(json["receiver"]["name"], "Анна");
    assert!(whole(2).id != whole(3).id, "equal messages of a minute are two");
    let skipped: Vec<&str> = read[4..].iter().map(|one| one.as_ref().unwrap_err().as_str()).collect();
    assert_eq!(
        skipped,
        [
            "said-import-future",
            "said-import-phone",
            "said-import-no-chat",
            "said-dump-nothing",
            "said-import-no-sender",
            "said-dump-no-date"
        ]
    );
    assert_eq!(self::read(&table, &rows)[..4], read[..4], "a later import gives the same ids");
}

/// Names instead of directions: whose they are is asked for.
#[test]
fn the_accounts_side_is_asked_for_where_senders_are_names() {
    let rows: [&[&str]; 2] = [&["01.03.2025", "Anna", "c-1", "Hello"], &["01.03.2025", "Olga", "c-1", "Hi"]];
    let mut table = table(&["Date", "Sender", "Chat", "Text"], &rows);
    assert_eq!(open(&table), ["/we said-import-we"]);
    table.we = vec!["olga ".to_owned()];
    let read = read(&table, &rows);
    let (asks, answers) = (read[0].as_ref().unwrap(), read[1].as_ref().unwrap());
    assert_eq!((asks.customer.name.as_deref(), asks.author.is_none()), (Some("Anna"), true));
    assert_eq!(
        (answers.customer.name.as_deref(), answers.author.as_ref().unwrap().name.as_deref()),
        (None, Some("Olga"))
    );
}

/// A name that no row has would make every message the customer's.
#[test]
fn a_side_that_wrote_nothing_is_refused() {
    let rows: [&[&str]; 2] = [&["01.03.2025", "Anna", "c-1", "Hello"], &["soon", "Olga", "c-1", "Hi"]];
    let mut table = table(&["Date", "Sender", "Chat", "Text"], &rows);
    let mut finds = |name: &str| {
        table.say_us(name);
        let mut reader = RowReader::new(&table, Zone::UTC, None, NOW).unwrap();
        rows.iter().for_each(|row| drop(reader.message(&owned(row))));
        reader.finds_us(&table).is_ok()
    };
    assert!(finds("Olga, Maria"), "also of rows that are skipped");
    assert!(!finds("Olgaa"));
}

/// Without a name that says it, the dates do.
#[test]
fn a_column_of_dates_alone_is_the_date() {
    let rows: [&[&str]; 2] =
        [&["9151112233", "noon", "2025-05-04 09:36:00"], &["9151112244", "2025-05-04", "05.05.2025"]];
    assert_eq!(table(&["Phone", "Words", "When"], &rows).chosen(), "phone,,sent_at");
    assert_eq!(table(&["A", "B"], &rows).chosen(), "");
}

#[test]
fn what_is_open_is_said_at_once() {
    let mut none = table(&["a", "b"], &[&["1", "2"]]);
    assert_eq!(
        open(&none),
        ["/columns said-import-columns-date", "/columns said-import-columns-text", "/columns said-import-columns-chat"]
    );
    none.zone = "Mars".to_owned();
    none.columns.iter_mut().for_each(|column| column.meaning = Some(ColumnMeaning::Text));
    assert!(open(&none).contains(&"/columns said-import-columns-twice".to_owned()));
    assert!(open(&none).contains(&"/zone said-time-zone".to_owned()));
    assert!(RowReader::new(&none, Zone::UTC, None, NOW).is_err());
}

#[test]
fn meanings_are_chosen_by_words_and_taken_over() {
    let mut first = table(&["A", "B", "C"], &[&["03/04/2025", "x", "y"]]);
    first.choose("sent_at, text,phone", "").unwrap();
    assert_eq!(first.chosen(), "sent_at,text,phone");
    for wrong in ["sent_at,colour", "text,,,phone"] {
        assert!(first.clone().choose(wrong, "").is_err(), "{wrong}");
    }
    first.dates = Some(DateOrder::MonthFirst);
    let kept = first.choice();
    assert!(!serde_json::to_string(&kept).unwrap().contains("03/04"), "nothing of the rows is kept");
    let mut same = table(&["A", "B", "C"], &[]);
    assert!(same.take_over(kept.clone()));
    assert_eq!((same.chosen().as_str(), same.dates), ("sent_at,text,phone", Some(DateOrder::MonthFirst)));
    assert!(!table(&["A", "B"], &[]).take_over(kept));
}
