"""Bellwether: keeps a partnership between two organisations on course, in the chats where its people already are."""
