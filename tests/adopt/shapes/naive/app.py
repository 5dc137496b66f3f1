print("naive")
