puts "mail"
