# Machine-made: no native has read it yet.

## Import

import-empty-title = Ainda não há importações
import-empty = Traga os chats anteriores para o { $crm } para que os atendentes vejam todo o histórico.
import-new = Nova importação
import-source = Importar para
import-file = Arquivo com mensagens
import-plan = Verificar arquivo
import-plan-none = Não há nada novo para importar neste arquivo.
import-plan-result =
    { $messages ->
        [one] { $messages } mensagem
       *[other] { $messages } mensagens
    } em { $chats ->
        [one] { $chats } chat
       *[other] { $chats } chats
    }, cerca de { $duration }.
import-plan-leads =
    { $leads ->
        [0] Não aparecerão novos leads
        [one] Aparecerá no máximo { $leads } novo lead
       *[other] Aparecerão no máximo { $leads } novos leads
    } em “{ $pipeline }”: um para cada chat novo em que o cliente escreveu por último.
import-plan-notices = Uma notificação por chat
import-24h-note = Um card mostra o histórico a partir de 24 horas antes da criação do lead. As mensagens mais antigas ficam no chat, mas não aparecem em um lead novo.
import-start =
    { $messages ->
        [one] Importar { $messages } mensagem
       *[other] Importar { $messages } mensagens
    }
import-progress = { $done } de { $total }, faltam cerca de { $duration }
import-gives-way = Mais devagar: as mensagens atuais vão primeiro.
import-pause = Pausar importação
import-resume = Continuar importação
import-cancel-confirm =
    Parar aqui? { $done ->
        [one] { $done } mensagem importada fica
       *[other] { $done } mensagens importadas ficam
    } no { $crm }.
import-finished =
    { $done ->
        [one] { $done } mensagem importada
       *[other] { $done } mensagens importadas
    }, { $skipped } omitidas.
import-download-skipped = Baixar as linhas omitidas
import-leads =
    { $leads ->
        [0] Não aparecerão novos leads.
        [one] Aparecerá no máximo { $leads } novo lead.
       *[other] Aparecerão no máximo { $leads } novos leads.
    }
import-leads-which = Leads e avisos
import-leads-newest = Um por chat (última mensagem)
import-leads-none = Nenhum: tudo chega em silêncio
import-col-file = Arquivo
import-col-progress = Importado
import-col-made = Criada
import-col-line = Linha
import-skip-more = e mais { $count }
import-many-skipped = { $percent }% das linhas não podem ser importadas. Veja os motivos abaixo e corrija o arquivo antes.
import-of = { $done } de { $total }
import-no-source = Adicione antes uma fonte: as mensagens anteriores são importadas para ela.
import-file-hint = Uma tabela (.xlsx ou CSV, com quaisquer colunas), um objeto JSON por linha ou uma exportação do Telegram Desktop, do WhatsApp ou do Chatwoot. No máximo { $size }.
import-sample = Baixar um exemplo:
import-fields = Colunas do arquivo
import-fields-says = CSV e JSON usam os mesmos campos; em JSON, um ponto significa um objeto aninhado. A documentação da API lista todos os campos de uma mensagem.
import-field = Coluna
import-field-means = Significado
import-field-required = obrigatório
import-field-id = Seu ID da mensagem; o mesmo ID não é importado duas vezes
import-field-conversation-id = Seu ID do chat
import-field-sender-role = client para o cliente, manager para o seu lado
import-field-sender-id = Seu ID do remetente
import-field-sender-name = O nome do remetente
import-field-sender-phone = O telefone do cliente, para vincular o chat a um contato
import-field-receiver-id = O ID do cliente, em mensagens de atendentes
import-field-sent-at = Quando foi enviada, por exemplo 2025-03-01T09:30:00Z
import-field-content-type = text, picture, video, file, voice, audio, sticker, location ou contact
import-field-content-text = O texto
import-field-content-media-url = Um link de onde o Parom pode baixar o arquivo
import-link-note = Os chats não serão vinculados a contatos que já existem no { $crm }. Para vinculá-los, adicione o arquivo de novo com “Vincular novos chats a contatos existentes” ou configure isso na fonte.
import-link-open = Configurações da fonte
import-link = Vincular novos chats a contatos existentes
import-link-hint = Pelo telefone ou e-mail do cliente, se o arquivo os tiver. Sem correspondência, o { $crm } cria um contato como sempre.
import-other-file = Outro arquivo
import-counted-gone = O arquivo só foi verificado e não está mais guardado. Adicione-o novamente para importá-lo.
import-cancel = Parar importação
import-started = A importação segue em segundo plano. Você pode sair desta página.
import-paused = A importação está pausada.
import-resumed = A importação continua.
import-cancelled = A importação está parada.
import-skipped-lines =
    { $count ->
        [one] { $count } linha é omitida
       *[other] { $count } linhas são omitidas
    }
import-duplicates =
    { $count ->
        [one] { $count } já tinha chegado antes e não foi enviada novamente.
       *[other] { $count } já tinham chegado antes e não foram enviadas novamente.
    }
import-plan-duplicates =
    { $count ->
        [one] Mais { $count } já está no seu chat e não será enviada novamente.
       *[other] Mais { $count } já estão nos seus chats e não serão enviadas novamente.
    }
import-chats = O que aparecerá e onde
import-chat =
    { $name }: { $messages ->
        [one] { $messages } mensagem
       *[other] { $messages } mensagens
    }, { $first } – { $last }, { $place }
import-chat-new = em um chat novo
import-chat-known = no chat que já existe
import-export = Uma exportação de outro serviço
import-export-says = Preencha o que a exportação não diz. O Telegram Desktop e o Chatwoot dizem tudo.
import-we = Seu nome na exportação
import-phone = O telefone do cliente
import-phone-hint = Se o chat do WhatsApp é com um contato salvo e a exportação tem um nome em vez do número.
import-dates = Datas
import-dates-auto = Como o arquivo mostra
import-dates-day_first = Dia primeiro
import-dates-month_first = Mês primeiro
import-zone = Fuso horário
import-zone-hint = Por exemplo, Europe/Moscow. Por padrão, o da conta.
import-history-title = Mensagens anteriores
import-history-about = Importe os chats dos últimos { $days } dias de { $messenger }. Eles chegam em silêncio, sem leads, notificações nem marcas de não lido, e nada se repete.
import-history-begin = Importar os últimos { $days } dias
import-history-again = Importar novamente os últimos { $days } dias
import-history-origin = Do app de mensagens, { $days } dias
import-history-reading =
    { $messages ->
        [one] Lendo de { $messenger }: { $messages } mensagem até agora
       *[other] Lendo de { $messenger }: { $messages } mensagens até agora
    }
import-history-none = Não houve mensagens nos { $days } dias antes de conectar a fonte.
import-columns = O que as colunas significam
import-columns-says = Confira o que foi deduzido. Nada chega ao { $crm } antes de você iniciar a importação.
import-columns-open = Falta escolher:
import-column-values = No arquivo
import-column-none = Não importar
import-column-sent_at = Data e hora
import-column-time = Hora, se estiver separada
import-column-text = Texto
import-column-sender = Quem escreveu
import-column-name = Nome do cliente
import-column-phone = Telefone do cliente
import-column-email = E-mail do cliente
import-column-manager = Nome do atendente
import-column-file = Link de um arquivo
import-column-chat = ID do chat
import-column-id = ID da mensagem
import-side = Seu lado em “Quem escreveu”
import-side-hint = Valores que indicam que você escreveu, separados por vírgulas. Os demais são do cliente.
import-dates-means = “{ $written }” é { $date }
import-dates-choose = Escolha
import-preview = As primeiras mensagens
import-preview-again = Mostrar as primeiras mensagens
import-preview-row = Linha { $line }
import-preview-skipped = Será ignorada: { $reason }
import-preview-file = Arquivo: { $name }
import-discard = Descartar arquivo
import-discarded = O arquivo foi excluído.
import-columns-change = Alterar colunas
import-no-undo = Uma importação não pode ser desfeita: o { $crm } não permite excluir mensagens. Enquanto está em andamento, você pode pará-la.
